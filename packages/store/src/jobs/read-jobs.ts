import type { Database } from '../database.js'
import { jobColumns, type JobRow } from './job-row.js'

/** What a client may see: everything, or what belongs to these tenants. */
export type Bound = '*' | readonly string[]

/** A bound as a query parameter: null for everything, else lower-cased names. */
export const boundParameter = (bound: Bound): string[] | null =>
  bound === '*' ? null : bound.map((tenant) => tenant.toLowerCase())

export interface JobFilter {
  status?: string
  type?: string
  tenant?: string
  instanceId?: string
  batchId?: string
}

/** One job with its steps; null when there is none within the bound. */
export async function readJob(database: Database, id: string, bound: Bound): Promise<JobRow | null> {
  // As one JSON value, because this is asked over and over and the driver is slow with many columns.
  const [row] = await database.query<{ job: JobRow }>(
    `SELECT row_to_json(job) AS job FROM (
       SELECT ${jobColumns} FROM jobs j WHERE j.id = $1 AND ($2::text[] IS NULL OR lower(j.tenant) = ANY($2))) AS job`,
    [id, boundParameter(bound)],
    'read-job',
  )
  return row?.job ?? null
}

/** Jobs newest first, from below a number on. */
export function listJobs(
  database: Database,
  filter: JobFilter,
  page: { bound: Bound; before: number | null; limit: number },
): Promise<JobRow[]> {
  return database.query<JobRow>(
    `SELECT ${jobColumns} FROM jobs j
     WHERE ($1::text[] IS NULL OR lower(j.tenant) = ANY($1)) AND ($2::integer IS NULL OR j.number < $2)
       AND ($4::text IS NULL OR j.status = $4) AND ($5::text IS NULL OR j.type = $5) AND ($6::text IS NULL OR lower(j.tenant) = lower($6))
       AND ($7::uuid IS NULL OR j.instance_id = $7) AND ($8::uuid IS NULL OR j.batch_id = $8)
     ORDER BY j.number DESC LIMIT $3`,
    [
      boundParameter(page.bound),
      page.before,
      page.limit,
      filter.status ?? null,
      filter.type ?? null,
      filter.tenant ?? null,
      filter.instanceId ?? null,
      filter.batchId ?? null,
    ],
  )
}

/** The unfinished job that changes an instance; null when there is none. */
export async function readChangingJob(database: Database, instanceId: string): Promise<JobRow | null> {
  const [row] = await database.query<JobRow>(
    `SELECT ${jobColumns} FROM jobs j WHERE j.instance_id = $1 AND j.changing AND j.finished_at IS NULL`,
    [instanceId],
  )
  return row ?? null
}

/** The last job of a type for an instance; null when there was none. */
export async function readLastJob(database: Database, instanceId: string, type: string): Promise<JobRow | null> {
  const [row] = await database.query<JobRow>(
    `SELECT ${jobColumns} FROM jobs j WHERE j.instance_id = $1 AND j.type = $2 ORDER BY j.number DESC LIMIT 1`,
    [instanceId, type],
  )
  return row ?? null
}

/** A tenant's newest job of a type that has not ended, the tenant given by its exact name; null when there is none. */
export async function readActiveJobOfTenant(database: Database, tenant: string, type: string): Promise<JobRow | null> {
  const [row] = await database.query<JobRow>(
    `SELECT ${jobColumns} FROM jobs j WHERE j.tenant = $1 AND j.type = $2 AND j.finished_at IS NULL ORDER BY j.number DESC LIMIT 1`,
    [tenant, type],
  )
  return row ?? null
}

/** Median duration in milliseconds of the last hundred jobs of a type that succeeded; null without history. */
export async function readTypicalDuration(
  database: Database,
  type: string,
  serverId: string | null,
): Promise<number | null> {
  const [row] = await database.query<{ milliseconds: number | null }>(
    `SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM finished_at - started_at) * 1000) AS milliseconds
     FROM (SELECT started_at, finished_at FROM jobs WHERE type = $1 AND status = 'succeeded' AND ($2::uuid IS NULL OR server_id = $2)
           ORDER BY number DESC LIMIT 100) AS recent`,
    [type, serverId],
  )
  return row?.milliseconds == null ? null : Math.round(row.milliseconds)
}
