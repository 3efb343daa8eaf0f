import type { DatabaseProbe, Operation, Server } from '@edfi-tenants/provisioner'
import { pickNamed, readCatalogue, type CatalogueRow } from './catalogue.js'
import { onMaintenance, type Session } from './connect.js'
import { readSizes } from './database-size.js'
import { isRefusal } from './errors.js'
import { ownerOf } from './list-databases.js'
import { readMarkerOf } from './marker.js'

/** How databases stand: one look at the catalogue for all of them, and one inside each for its marker. */
export const probeDatabases = (
  server: Server,
  { databaseNames, sizes }: { databaseNames: string[]; sizes: boolean },
  operation: Operation,
): Promise<DatabaseProbe[]> =>
  onMaintenance(server, operation, async (session) => {
    const rows = await readCatalogue(session, '1 = 1')
    const bytes = sizes ? await readSizes(session) : new Map<number, number>()
    const connections = await readConnections(session)
    const probes: DatabaseProbe[] = []
    for (const databaseName of databaseNames) {
      const row = pickNamed(rows, databaseName)
      const id = Number.parseInt(row?.identity ?? '', 10)
      probes.push({
        databaseName,
        state: row ? stateOf(row) : 'missing',
        identity: row?.identity ?? null,
        owner: row ? ownerOf((await readMarkerOf(session, row)).marker) : null,
        sizeBytes: bytes.get(id) ?? null,
        connections: row && connections ? (connections.get(id) ?? 0) : null,
      })
    }
    return probes
  })

/** In single-user mode a database is being changed, or was left so; at most one session gets in. */
function stateOf({ state, access }: CatalogueRow): DatabaseProbe['state'] {
  if (state === 'other' || (state === 'online' && access === 'single')) return 'unavailable'
  return state === 'offline' || access === 'restricted' ? 'stopped' : 'online'
}

/** Sessions by database; null where the login may not know (it sees its own only, without VIEW SERVER STATE). */
async function readConnections(session: Session): Promise<Map<number, number> | null> {
  try {
    const rows = await session.query<{ id: number; connections: number } | { seesAll: number | null }>(
      `select has_perms_by_name(null, null, N'VIEW SERVER STATE') as seesAll;
select database_id as id, count(*) as connections
from sys.dm_exec_sessions where is_user_process = 1 and session_id <> @@spid group by database_id`,
    )
    const seesAll = rows.some((row) => 'seesAll' in row && row.seesAll === 1)
    return seesAll ? new Map(rows.flatMap((row) => ('id' in row ? [[row.id, row.connections]] : []))) : null
  } catch (error) {
    if (isRefusal(error)) return null
    throw error
  }
}
