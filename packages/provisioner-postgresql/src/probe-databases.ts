import { readMarker, type DatabaseProbe, type Operation, type Server } from '@edfi-tenants/provisioner'
import { onMaintenance } from './connect.js'

interface Row {
  name: string
  identity: string | null
  comment: string | null
  allows_connections: boolean
  invalid: boolean
  size_bytes: string | null
  connections: number
}

/** A connection limit of -2 stands for a drop that was broken off: nothing can be done with it but dropping it. */
const probeQuery = `
  with sessions as (
    select datid, count(*)::int as connections from pg_stat_activity
    where datid is not null and usesysid is not null group by datid
  )
  select wanted.name, d.oid::text as identity, shobj_description(d.oid, 'pg_database') as comment,
    d.datallowconn as allows_connections, d.datconnlimit = -2 as invalid, coalesce(s.connections, 0) as connections,
    case when $2 and (has_database_privilege(d.oid, 'CONNECT') or pg_has_role('pg_read_all_stats', 'USAGE'))
      then pg_database_size(d.oid)::text end as size_bytes
  from unnest($1::text[]) with ordinality as wanted (name, position)
    left join pg_database d on d.datname = wanted.name left join sessions s on s.datid = d.oid
  order by wanted.position`

/** How databases stand, by one query for all of them. A size costs a look at each of a database's files. */
export const probeDatabases = (
  server: Server,
  { databaseNames, sizes }: { databaseNames: string[]; sizes: boolean },
  operation: Operation,
): Promise<DatabaseProbe[]> =>
  onMaintenance(server, operation, async (session) =>
    (await session.query<Row>(probeQuery, [databaseNames, sizes])).map(present),
  )

function present(row: Row): DatabaseProbe {
  if (row.identity === null)
    return {
      databaseName: row.name,
      state: 'missing',
      ...{ identity: null, owner: null, sizeBytes: null, connections: null },
    }
  const marker = readMarker(row.comment)
  return {
    databaseName: row.name,
    state: row.invalid ? 'unavailable' : row.allows_connections ? 'online' : 'stopped',
    identity: row.identity,
    owner:
      marker?.identity === row.identity
        ? { installationId: marker.installationId, instanceId: marker.instanceId, epoch: marker.epoch }
        : null,
    sizeBytes: row.size_bytes === null ? null : Number(row.size_bytes),
    connections: row.connections,
  }
}
