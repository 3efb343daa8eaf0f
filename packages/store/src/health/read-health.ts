import type { HealthStatus, JsonObject } from '@edfi-tenants/core'
import type { Database } from '../database.js'
import { isoTime } from '../jobs/job-row.js'

/** Reachable checks ÷ checks outside stopped and maintenance time, over the last 24 hours, 7 and 30 days; null below 10. */
export interface Uptime {
  '24h': number | null
  '7d': number | null
  '30d': number | null
}

/** What {@link Uptime} is before there is enough of it. */
export const noUptime: Uptime = { '24h': null, '7d': null, '30d': null }

/** Checks below which an uptime says nothing. */
const leastSamples = 10

const share = (interval: string): string => {
  const within = `FILTER (WHERE h.checked_at > now() - interval '${interval}')`
  return `CASE WHEN count(h.reachable) ${within} >= ${leastSamples}
    THEN round(avg(h.reachable::integer) ${within}, 5)::float8 END`
}

/** The select list that makes an {@link Uptime} of health checks `h`. */
export const uptimeColumns = `${share('24 hours')} AS "24h", ${share('7 days')} AS "7d", ${share('30 days')} AS "30d"`

/** The uptimes of instances, by id; those never checked are not in it. */
export async function readUptimes(database: Database, instanceIds: readonly string[]): Promise<Map<string, Uptime>> {
  const rows = await database.query<Uptime & { id: string }>(
    `SELECT h.instance_id AS id, ${uptimeColumns} FROM health_checks h
     WHERE h.instance_id = ANY($1::uuid[]) AND h.checked_at > now() - interval '30 days' GROUP BY h.instance_id`,
    [instanceIds],
  )
  return new Map(rows.map(({ id, ...uptime }) => [id, uptime]))
}

/** One check in an instance's history. */
export interface HealthCheckRow {
  id: number
  checkedAt: string
  status: HealthStatus
  reason: string | null
  reachable: boolean | null
  latencyMs: number | null
  details: JsonObject
}

/** An instance's checks newest first, from below an id on. */
export function listHealthChecks(
  database: Database,
  instanceId: string,
  page: { before: number | null; limit: number },
): Promise<HealthCheckRow[]> {
  return database.query<HealthCheckRow>(
    `SELECT id::float8 AS id, ${isoTime('checked_at')} AS "checkedAt", status, reason, reachable, latency_ms AS "latencyMs", details
     FROM health_checks WHERE instance_id = $1 AND ($2::bigint IS NULL OR health_checks.id < $2) ORDER BY health_checks.id DESC LIMIT $3`,
    [instanceId, page.before, page.limit],
  )
}
