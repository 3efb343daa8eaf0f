import type { Operation, Server } from '@edfi-tenants/provisioner'
import { onMaintenance } from './connect.js'

/** Bytes on disk of one database; null when it is not there. */
export const databaseSize = (
  server: Server,
  { databaseName }: { databaseName: string },
  operation: Operation,
): Promise<number | null> =>
  onMaintenance(server, operation, async (session) => {
    const [row] = await session.query<{ bytes: string | null }>(
      'select pg_database_size(oid)::text as bytes from pg_database where datname = $1::text',
      [databaseName],
    )
    return row && row.bytes !== null ? Number(row.bytes) : null
  })
