import type { Operation, Server } from '@edfi-tenants/provisioner'
import { nameCondition, pickNamed, readCatalogue } from './catalogue.js'
import { onMaintenance, type Session } from './connect.js'
import { isRefusal } from './errors.js'

/** Bytes on disk of one database; null when it is not there, or the login may not know. */
export const databaseSize = (
  server: Server,
  { databaseName }: { databaseName: string },
  operation: Operation,
): Promise<number | null> =>
  onMaintenance(server, operation, async (session) => {
    const rows = await readCatalogue(session, nameCondition(), { name: databaseName })
    const row = pickNamed(rows, databaseName)
    return row ? ((await readSizes(session)).get(Number.parseInt(row.identity, 10)) ?? null) : null
  })

/** Bytes on disk of all databases, by their ids; empty where the login may not know. A page has 8 KB. */
export async function readSizes(session: Session): Promise<Map<number, number>> {
  try {
    const rows = await session.query<{ id: number; bytes: string | number }>(
      'select database_id as id, sum(convert(bigint, size)) * 8192 as bytes from sys.master_files group by database_id',
    )
    return new Map(rows.map(({ id, bytes }) => [id, Number(bytes)]))
  } catch (error) {
    if (isRefusal(error)) return new Map()
    throw error
  }
}
