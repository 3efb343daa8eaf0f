import type { Database } from '../database.js'
import { boundParameter, type Bound } from '../jobs/read-jobs.js'
import { instanceColumns, instanceTables, type InstanceRow } from './instance-row.js'

export interface InstanceFilter {
  tenant?: string
  status?: string
  server?: string
  health?: string
  name?: string
  databaseName?: string
  odsInstanceId?: number
  origin?: string
  contexts?: Record<string, string>
  labels?: Record<string, string>
}

/** One instance; null when there is none within the bound. */
export async function readInstance(database: Database, id: string, bound: Bound): Promise<InstanceRow | null> {
  const [row] = await database.query<InstanceRow>(
    `SELECT ${instanceColumns} FROM ${instanceTables} WHERE i.id = $1 AND ($2::text[] IS NULL OR lower(i.tenant) = ANY($2))`,
    [id, boundParameter(bound)],
  )
  return row ?? null
}

/**
 * The same, locked until the transaction ends: no job can change its status meanwhile, so what is judged by this row
 * still holds when a job for it is written.
 */
export async function lockInstance(database: Database, id: string): Promise<InstanceRow | null> {
  await database.query('SELECT id FROM instances WHERE id = $1 FOR UPDATE', [id])
  return readInstance(database, id, '*')
}

/** Who holds a name within an environment and Admin API tenant, or a database name on a server; null when it is free. */
export async function readNameHolder(
  database: Database,
  held: { environmentId: string; adminTenant: string; name: string } | { serverId: string; databaseName: string },
): Promise<InstanceRow | null> {
  const [row] =
    'name' in held
      ? await database.query<InstanceRow>(
          `SELECT ${instanceColumns} FROM ${instanceTables}
           WHERE i.name_held AND i.environment_id = $1 AND lower(i.admin_tenant) = lower($2) AND lower(i.name) = lower($3)`,
          [held.environmentId, held.adminTenant, held.name],
        )
      : await database.query<InstanceRow>(
          `SELECT ${instanceColumns} FROM ${instanceTables}
           WHERE i.name_held AND i.server_id = $1 AND lower(i.database_name) = lower($2)`,
          [held.serverId, held.databaseName],
        )
  return row ?? null
}

/** Instances newest first, from below a number on. */
export function listInstances(
  database: Database,
  filter: InstanceFilter,
  page: { bound: Bound; before: number | null; limit: number },
): Promise<InstanceRow[]> {
  return database.query<InstanceRow>(
    `SELECT ${instanceColumns} FROM ${instanceTables}
     WHERE ($1::text[] IS NULL OR lower(i.tenant) = ANY($1)) AND ($2::integer IS NULL OR i.number < $2)
       AND ($4::text IS NULL OR lower(i.tenant) = lower($4)) AND ($5::text IS NULL OR i.status = $5)
       AND ($6::text IS NULL OR lower(d.name) = lower($6)) AND ($7::text IS NULL OR i.health_status = $7)
       AND ($8::text IS NULL OR lower(i.name) = lower($8)) AND ($9::text IS NULL OR lower(i.database_name) = lower($9))
       AND ($10::integer IS NULL OR i.ods_instance_id = $10) AND ($11::text IS NULL OR i.origin = $11)
       AND ($12::jsonb IS NULL OR i.contexts @> $12) AND ($13::jsonb IS NULL OR i.labels @> $13)
     ORDER BY i.number DESC LIMIT $3`,
    [
      boundParameter(page.bound),
      page.before,
      page.limit,
      filter.tenant ?? null,
      filter.status ?? null,
      filter.server ?? null,
      filter.health ?? null,
      filter.name ?? null,
      filter.databaseName ?? null,
      filter.odsInstanceId ?? null,
      filter.origin ?? null,
      filter.contexts ? JSON.stringify(filter.contexts) : null,
      filter.labels ? JSON.stringify(filter.labels) : null,
    ],
  )
}

/** Changes what needs no job. Absent fields stay. False when the instance is not there. */
export async function updateInstance(
  database: Database,
  id: string,
  change: {
    labels?: Record<string, string>
    displayName?: string | null
    deletionProtection?: boolean
    expiresAt?: string | null
  },
): Promise<boolean> {
  const rows = await database.query(
    `UPDATE instances SET labels = coalesce($2::jsonb, labels), display_name = CASE WHEN $3 THEN $4 ELSE display_name END,
       deletion_protection = coalesce($5, deletion_protection), expires_at = CASE WHEN $6 THEN $7::timestamptz ELSE expires_at END, updated_at = now() WHERE id = $1 RETURNING id`,
    [
      id,
      change.labels ? JSON.stringify(change.labels) : null,
      change.displayName !== undefined,
      change.displayName ?? null,
      change.deletionProtection ?? null,
      change.expiresAt !== undefined,
      change.expiresAt ?? null,
    ],
  )
  return rows.length > 0
}
