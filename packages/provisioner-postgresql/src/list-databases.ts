import { readMarker, type DatabaseInfo, type Operation, type Server } from '@edfi-tenants/provisioner'
import { onMaintenance, type Session } from './connect.js'

/** What the engine and the clouds keep for themselves. */
const engineDatabases = [
  'postgres',
  'template0',
  'template1',
  'rdsadmin',
  'azure_maintenance',
  'azure_sys',
  'cloudsqladmin',
  'alloydbadmin',
]

interface Row {
  name: string
  identity: string
  comment: string | null
  is_template: boolean
  allows_connections: boolean
  size_bytes: string | null
}

/** All databases of the server except the engine's own. */
export const listDatabases = (server: Server, operation: Operation): Promise<DatabaseInfo[]> =>
  onMaintenance(server, operation, readDatabases)

/** The same on an open session. The size is null where the login may not ask for it. */
export async function readDatabases(session: Session): Promise<DatabaseInfo[]> {
  const rows = await session.query<Row>(
    `select datname::text as name, oid::text as identity, shobj_description(oid, 'pg_database') as comment,
       datistemplate as is_template, datallowconn as allows_connections,
       case when has_database_privilege(oid, 'CONNECT') or pg_has_role('pg_read_all_stats', 'USAGE')
         then pg_database_size(oid)::text end as size_bytes
     from pg_database where datname <> all ($1::text[]) order by datname`,
    [engineDatabases],
  )
  return rows.map((row) => {
    const marker = readMarker(row.comment)
    return {
      name: row.name,
      identity: row.identity,
      owner:
        marker?.identity === row.identity
          ? { installationId: marker.installationId, instanceId: marker.instanceId, epoch: marker.epoch }
          : null,
      kind: marker?.identity === row.identity ? marker.kind : null,
      isTemplate: row.is_template,
      allowsConnections: row.allows_connections,
      sizeBytes: row.size_bytes === null ? null : Number(row.size_bytes),
    }
  })
}
