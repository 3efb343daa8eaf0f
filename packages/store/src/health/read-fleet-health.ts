import type { HealthStatus, InstanceStatus } from '@edfi-tenants/core'
import type { Database } from '../database.js'
import { isoTime } from '../jobs/job-row.js'
import { boundParameter, type Bound } from '../jobs/read-jobs.js'
import type { HealthRecord } from './health-record.js'
import { noUptime, uptimeColumns, type Uptime } from './read-health.js'

/** Which instances a fleet consists of, within a bound. Deleted ones are never part of it. */
export interface FleetFilter {
  tenant?: string
  labels?: Record<string, string>
}

/** The health of many instances in one. */
export interface FleetHealth {
  asOf: string
  instances: number
  byHealth: Record<string, number>
  byStatus: Record<string, number>
  byServer: Record<string, number>
  byOdsVersion: Record<string, number>
  /** Sums over the instances that have the count; null where none has it. */
  counts: Record<string, number | null>
  /** How many instances a sum is without; only where there are any. */
  countsMissing: Record<string, number>
  uptime: Uptime
  attention: {
    id: string
    name: string
    tenant: string
    status: HealthStatus
    reason: string | null
    since: string | null
  }[]
}

const attentionLimit = 50

const fleet = `fleet AS MATERIALIZED (
    SELECT i.id, i.number, i.name, i.tenant, i.status, i.health_status, i.health_since, i.health_checked_at, i.ods_version, i.data_standard, i.health,
      d.name AS server, e.name AS environment
    FROM instances i JOIN database_servers d ON d.id = i.server_id JOIN environments e ON e.id = i.environment_id
    WHERE i.status NOT IN ('deleted', 'purged') AND ($1::text[] IS NULL OR lower(i.tenant) = ANY($1))
      AND ($2::text IS NULL OR lower(i.tenant) = lower($2)) AND ($3::jsonb IS NULL OR i.labels @> $3))`

const by = (column: string): string =>
  `(SELECT coalesce(jsonb_object_agg(word, instances), '{}') FROM (
     SELECT coalesce(${column}, 'unknown') AS word, count(*) AS instances FROM fleet GROUP BY 1 ORDER BY 1) AS g)`

const summary = `WITH ${fleet}, counted AS MATERIALIZED (
    SELECT c.key, sum(c.value::numeric) AS total, count(c.value) AS instances
    FROM fleet, jsonb_each_text(CASE WHEN jsonb_typeof(health -> 'counts') = 'object' THEN health -> 'counts' ELSE '{}' END) AS c GROUP BY c.key)
  SELECT ${isoTime('now()')} AS "asOf", (SELECT count(*)::integer FROM fleet) AS instances,
    ${by('health_status')} AS "byHealth", ${by('status')} AS "byStatus", ${by('server')} AS "byServer", ${by('ods_version')} AS "byOdsVersion",
    (SELECT coalesce(jsonb_object_agg(key, total), '{}') FROM counted) AS counts,
    (SELECT coalesce(jsonb_object_agg(key, missing), '{}') FROM (
       SELECT key, (SELECT count(*) FROM fleet) - instances AS missing FROM counted) AS m WHERE missing > 0) AS "countsMissing",
    (SELECT row_to_json(u) FROM (SELECT ${uptimeColumns} FROM health_checks h
       WHERE h.checked_at > now() - interval '30 days' AND h.instance_id IN (SELECT id FROM fleet)) AS u) AS uptime,
    (SELECT coalesce(jsonb_agg(a), '[]') FROM (
       SELECT id, name, tenant, health_status AS status, health ->> 'reason' AS reason, ${isoTime('health_since')} AS since FROM fleet
       WHERE health_status IN ('unreachable', 'degraded')
       ORDER BY health_status DESC, health_since, number LIMIT ${attentionLimit}) AS a) AS attention`

/** The summary of a fleet, in one statement. */
export async function readFleetHealth(database: Database, filter: FleetFilter, bound: Bound): Promise<FleetHealth> {
  const [row] = await database.query<FleetHealth>(summary, parameters(filter, bound))
  if (!row) throw new Error('The summary of a fleet is always one row.')
  return row
}

/** One instance of a fleet. */
export interface FleetHealthRow {
  id: string
  number: number
  tenant: string
  name: string
  environment: string
  server: string
  status: InstanceStatus
  health: HealthStatus
  since: string | null
  checkedAt: string | null
  odsVersion: string | null
  dataStandard: string | null
  /** Null before the first check. */
  record: HealthRecord | null
  uptime: Uptime
}

/** Every instance of a fleet, by tenant and name, in one statement. */
export async function listFleetHealth(
  database: Database,
  filter: FleetFilter,
  bound: Bound,
): Promise<FleetHealthRow[]> {
  const rows = await database.query<Omit<FleetHealthRow, 'uptime'> & { uptime: Uptime | null }>(
    `WITH ${fleet}, uptimes AS (
       SELECT h.instance_id, ${uptimeColumns} FROM health_checks h
       WHERE h.checked_at > now() - interval '30 days' AND h.instance_id IN (SELECT id FROM fleet) GROUP BY h.instance_id)
     SELECT f.id, f.number, f.tenant, f.name, f.environment, f.server, f.status, f.health_status AS health, ${isoTime('f.health_since')} AS since,
       ${isoTime('f.health_checked_at')} AS "checkedAt", f.ods_version AS "odsVersion", f.data_standard AS "dataStandard", f.health AS record,
       (SELECT jsonb_build_object('24h', u."24h", '7d', u."7d", '30d', u."30d") FROM uptimes u WHERE u.instance_id = f.id) AS uptime
     FROM fleet f ORDER BY lower(f.tenant), lower(f.name), f.number`,
    parameters(filter, bound),
  )
  return rows.map((row) => ({ ...row, uptime: row.uptime ?? noUptime }))
}

const parameters = ({ tenant, labels }: FleetFilter, bound: Bound): unknown[] => [
  boundParameter(bound),
  tenant ?? null,
  labels ? JSON.stringify(labels) : null,
]
