import type { Database } from '../database.js'
import { boundParameter, type Bound } from '../jobs/read-jobs.js'

/** A database server with instances to be checked; of one tenant, where whoever asks may not see all. */
export interface HealthTarget {
  serverId: string
  engine: string
  workerPool: string
  /** Null: all of them. */
  tenant: string | null
}

/** Whether there is such a tenant, and a server that a tenant of the bound may use. True for what was not asked for. */
export async function knowsHealthScope(
  database: Database,
  scope: { tenant?: string; server?: string },
  bound: Bound,
): Promise<{ tenant: boolean; server: boolean }> {
  const [row] = await database.query<{ tenant: boolean; server: boolean }>(
    `SELECT $1::text IS NULL OR EXISTS (SELECT FROM tenants t
         WHERE lower(t.name) = lower($1) AND t.deleted_at IS NULL AND ($3::text[] IS NULL OR lower(t.name) = ANY($3))) AS tenant,
       $2::text IS NULL OR EXISTS (SELECT FROM database_servers d WHERE lower(d.name) = lower($2) AND d.deleted_at IS NULL
         AND ($3::text[] IS NULL OR cardinality(d.tenants) = 0 OR EXISTS (SELECT FROM unnest(d.tenants) AS t WHERE lower(t) = ANY($3)))) AS server`,
    [scope.tenant ?? null, scope.server ?? null, boundParameter(bound)],
  )
  return row ?? { tenant: false, server: false }
}

/** What is to be checked: one target per server, or per tenant and server where the request or the bound names tenants. */
export function readHealthTargets(
  database: Database,
  scope: { tenant?: string; server?: string },
  bound: Bound,
): Promise<HealthTarget[]> {
  return database.query<HealthTarget>(
    `SELECT DISTINCT d.id AS "serverId", d.engine, d.worker_pool AS "workerPool", CASE WHEN $1::text IS NOT NULL OR $3::text[] IS NOT NULL THEN i.tenant END AS tenant
     FROM instances i JOIN database_servers d ON d.id = i.server_id
     WHERE i.status IN ('active', 'stopped') AND d.deleted_at IS NULL AND ($1::text IS NULL OR lower(i.tenant) = lower($1))
       AND ($2::text IS NULL OR lower(d.name) = lower($2)) AND ($3::text[] IS NULL OR lower(i.tenant) = ANY($3))
     ORDER BY 4, 1`,
    [scope.tenant ?? null, scope.server ?? null, boundParameter(bound)],
  )
}
