import type { InstanceStatus } from '@edfi-tenants/core'
import type { Database } from '../database.js'

/** An instance as far as comparing it needs, whatever has become of it. */
export interface RecordedInstance {
  id: string
  number: number
  tenant: string
  environmentId: string
  environment: string
  adminTenant: string
  serverId: string
  server: string
  name: string
  status: InstanceStatus
  nameHeld: boolean
  instanceType: string
  contexts: Record<string, string>
  databaseName: string
  databaseIdentity: string | null
  retiredName: string | null
  odsInstanceId: number | null
  loginName: string | null
  /** Sealed. */
  loginPassword: string | null
  /** The connection string as it was registered. Sealed. */
  registeredString: string | null
  /** Names of the databases of its derivatives that are ours. */
  copies: string[]
  /** Whether an unfinished job is about it. */
  busy: boolean
}

/** What is wanted on database servers and in Admin API, all of it, read at one moment. */
export interface OnRecord {
  instances: Map<string, RecordedInstance>
  /** Archives that are databases, by id, with the instance they are of; deleted and failed ones are not wanted. */
  archives: Map<string, { instanceId: string; wanted: boolean }>
  /** Admin and Security databases of tenants, by the id in their markers. */
  provisions: Set<string>
  /** Unfinished jobs. */
  jobs: Set<string>
}

/** Reads everything that a comparison holds against what it sees. */
export async function readOnRecord(database: Database): Promise<OnRecord> {
  const [row] = await database.query<{
    instances: RecordedInstance[]
    archives: { id: string; instanceId: string; wanted: boolean }[]
    provisions: string[]
    jobs: string[]
  }>(
    `SELECT coalesce((SELECT json_agg(json_build_object('id', i.id, 'number', i.number, 'tenant', i.tenant, 'environmentId', i.environment_id,
         'environment', e.name, 'adminTenant', i.admin_tenant, 'serverId', i.server_id, 'server', d.name, 'name', i.name, 'status', i.status,
         'nameHeld', i.name_held, 'instanceType', i.instance_type, 'contexts', i.contexts, 'databaseName', i.database_name,
         'databaseIdentity', i.database_identity, 'retiredName', i.retired_name, 'odsInstanceId', i.ods_instance_id,
         'loginName', i.login_name, 'loginPassword', i.login_password, 'registeredString', i.registered_string,
         'copies', coalesce((SELECT json_agg(v.database_name) FROM instance_derivatives v WHERE v.instance_id = i.id AND v.source = 'copy'), '[]'),
         'busy', EXISTS (SELECT FROM jobs j WHERE j.instance_id = i.id AND j.finished_at IS NULL)) ORDER BY i.number)
       FROM instances i JOIN environments e ON e.id = i.environment_id JOIN database_servers d ON d.id = i.server_id), '[]') AS instances,
     coalesce((SELECT json_agg(json_build_object('id', a.id, 'instanceId', a.instance_id, 'wanted', a.status IN ('creating', 'available')))
       FROM archives a WHERE a.durability = 'same_server'), '[]') AS archives,
     coalesce((SELECT json_agg(t.provisioned ->> 'id') FROM tenants t WHERE t.provisioned IS NOT NULL), '[]') AS provisions,
     coalesce((SELECT json_agg(j.id) FROM jobs j WHERE j.finished_at IS NULL), '[]') AS jobs`,
  )
  if (!row) throw new Error('The records could not be read.')
  return {
    instances: new Map(row.instances.map((instance) => [instance.id, instance])),
    archives: new Map(row.archives.map(({ id, ...archive }) => [id, archive])),
    provisions: new Set(row.provisions),
    jobs: new Set(row.jobs),
  }
}

/** A database server to be compared. */
export interface ServerToCompare {
  id: string
  name: string
  workerPool: string
}

/** An Admin API, as one of its tenants sees it, to be compared. */
export interface AdminApiToCompare {
  environmentId: string
  environment: string
  /** Empty where it has no tenants. */
  adminTenant: string
  multiTenant: boolean
  /** Our tenants that are this tenant of it. */
  tenants: string[]
}

/** The database servers of a scope that are in use, by name. */
export function readServersToCompare(database: Database, server: string | null): Promise<ServerToCompare[]> {
  return database.query<ServerToCompare>(
    `SELECT id, name, worker_pool AS "workerPool" FROM database_servers
     WHERE deleted_at IS NULL AND ($1::text IS NULL OR lower(name) = lower($1)) ORDER BY lower(name)`,
    [server],
  )
}

/** The Admin APIs of a scope with their tenants, as far as tenants of ours lead there. */
export function readAdminApisToCompare(database: Database, environment: string | null): Promise<AdminApiToCompare[]> {
  return database.query<AdminApiToCompare>(
    `SELECT e.id AS "environmentId", e.name AS environment, CASE WHEN e.multi_tenant THEN min(t.admin_tenant) ELSE '' END AS "adminTenant",
       e.multi_tenant AS "multiTenant", json_agg(t.name ORDER BY t.name) AS tenants
     FROM environments e JOIN tenants t ON t.environment_id = e.id
     WHERE e.deleted_at IS NULL AND t.deleted_at IS NULL AND ($1::text IS NULL OR lower(e.name) = lower($1))
     GROUP BY e.id, CASE WHEN e.multi_tenant THEN lower(t.admin_tenant) ELSE '' END ORDER BY lower(e.name), 3`,
    [environment],
  )
}

/** Another instance that has this registration; null: none. */
export async function readRegisteredInstance(
  database: Database,
  of: { environmentId: string; adminTenant: string; odsInstanceId: number },
): Promise<{ id: string; name: string } | null> {
  const [row] = await database.query<{ id: string; name: string }>(
    `SELECT id, name FROM instances WHERE environment_id = $1 AND lower(admin_tenant) = lower($2) AND ods_instance_id = $3 AND status <> 'purged'
     ORDER BY number LIMIT 1`,
    [of.environmentId, of.adminTenant, of.odsInstanceId],
  )
  return row ?? null
}
