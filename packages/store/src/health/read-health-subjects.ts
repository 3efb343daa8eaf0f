import type { JsonObject } from '@edfi-tenants/core'
import type { Database } from '../database.js'
import type { HealthPolicy } from './health-record.js'

/** An instance as far as checking it needs. */
export interface HealthSubject {
  id: string
  tenant: string
  environmentId: string
  adminTenant: string
  name: string
  stopped: boolean
  instanceType: string
  contexts: Record<string, string>
  databaseName: string
  odsInstanceId: number | null
  loginName: string | null
  /** Sealed. */
  loginPassword: string | null
  policy: HealthPolicy
  /** What the last check found. */
  health: JsonObject | null
  /** The control database's clock, ISO 8601 in UTC. */
  now: string
}

/** Which instances: named ones, or all of a server, of one tenant where it is given. */
export type HealthScope =
  | { ids: readonly string[] }
  | {
      serverId: string
      tenant: string | null
      /** Only those whose turn has come, with this many seconds between the turns of those whose tenant says nothing. */
      dueEverySeconds: number | null
    }

/**
 * Whether an instance's turn has come. A server's turns begin at a moment within the interval that follows from its id,
 * so that servers are spread over it; one that was never checked does not wait. Reads `i` and its tenant `t`.
 */
export const isHealthDue = (defaultSeconds: string): string => {
  const interval = `coalesce((t.health_policy ->> 'intervalMinutes')::float8 * 60, ${defaultSeconds}::float8)`
  const offset = `((hashtext(i.server_id::text)::bigint & 2147483647) / 2147483648.0)`
  return `(i.health_checked_at IS NULL OR i.health_checked_at <
    to_timestamp((floor(extract(epoch FROM now())::float8 / (${interval}) + ${offset}) - ${offset}) * (${interval})))`
}

/** The active and stopped ones of them. */
export function readHealthSubjects(database: Database, scope: HealthScope): Promise<HealthSubject[]> {
  const all = 'ids' in scope ? null : scope
  return database.query<HealthSubject>(
    `SELECT i.id, i.tenant, i.environment_id AS "environmentId", i.admin_tenant AS "adminTenant", i.name, i.status = 'stopped' AS stopped,
       i.instance_type AS "instanceType", i.contexts, i.database_name AS "databaseName", i.ods_instance_id AS "odsInstanceId",
       i.login_name AS "loginName", i.login_password AS "loginPassword", coalesce(t.health_policy, '{}') AS policy, i.health,
       to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS now
     FROM instances i JOIN tenants t ON t.name = i.tenant
     WHERE i.status IN ('active', 'stopped') AND ($1::uuid[] IS NULL OR i.id = ANY($1)) AND ($2::uuid IS NULL OR i.server_id = $2)
       AND ($3::text IS NULL OR i.tenant = $3) AND ($4::float8 IS NULL OR ${isHealthDue('$4')})
     ORDER BY i.number`,
    ['ids' in scope ? scope.ids : null, all?.serverId ?? null, all?.tenant ?? null, all?.dueEverySeconds ?? null],
  )
}
