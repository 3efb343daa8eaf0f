import type { Database } from '../database.js'
import { boundParameter, type Bound } from '../jobs/read-jobs.js'
import { instanceColumns, instanceTables, type InstanceRow } from './instance-row.js'

/** Those of the instances with these ids that lie within the bound. */
export const readInstances = (database: Database, ids: readonly string[], bound: Bound): Promise<InstanceRow[]> =>
  database.query<InstanceRow>(
    `SELECT ${instanceColumns} FROM ${instanceTables} WHERE i.id = ANY($1::uuid[]) AND ($2::text[] IS NULL OR lower(i.tenant) = ANY($2))`,
    [ids, boundParameter(bound)],
  )

/** Locks instances until the transaction ends, always in one order, so that two who lock many do not block each other. */
export async function lockInstances(database: Database, ids: readonly string[]): Promise<void> {
  await database.query('SELECT id FROM instances WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE', [ids])
}

/** Which instances are meant; all that is given must fit. */
export interface InstanceSelection {
  tenant?: string | undefined
  /** The whole name, ignoring case. */
  name?: string | undefined
  labels?: Record<string, string> | undefined
  contexts?: Record<string, string> | undefined
  server?: string | undefined
  /** Any of these. */
  statuses: readonly string[]
  /** ISO 8601. */
  createdBefore?: string | undefined
}

/** An instance that a selection stands for. */
export interface SelectedInstance {
  id: string
  name: string
  tenant: string
  deletionProtection: boolean
}

/** What a selection stands for within the bound, oldest first, at most `limit`. */
export const selectInstances = (
  database: Database,
  selection: InstanceSelection,
  { bound, limit }: { bound: Bound; limit: number },
): Promise<SelectedInstance[]> =>
  database.query<SelectedInstance>(
    `SELECT i.id, i.name, i.tenant, i.deletion_protection AS "deletionProtection"
     FROM instances i JOIN database_servers d ON d.id = i.server_id
     WHERE ($1::text[] IS NULL OR lower(i.tenant) = ANY($1)) AND i.status = ANY($2) AND ($3::text IS NULL OR lower(i.tenant) = lower($3))
       AND ($4::text IS NULL OR lower(i.name) = lower($4)) AND ($5::jsonb IS NULL OR i.labels @> $5) AND ($6::jsonb IS NULL OR i.contexts @> $6)
       AND ($7::text IS NULL OR lower(d.name) = lower($7)) AND ($8::timestamptz IS NULL OR i.created_at < $8)
     ORDER BY i.number LIMIT $9`,
    [
      boundParameter(bound),
      selection.statuses,
      selection.tenant ?? null,
      selection.name ?? null,
      selection.labels ? JSON.stringify(selection.labels) : null,
      selection.contexts ? JSON.stringify(selection.contexts) : null,
      selection.server ?? null,
      selection.createdBefore ?? null,
      limit,
    ],
  )

/** Names that new instances are to have, with the place of the request they stand in. */
export interface WantedNames {
  position: number
  environmentId: string
  adminTenant: string
  name: string
  serverId: string
  databaseName: string
}

/** An instance that has one of these names already. */
export interface NameHolderRow extends Pick<
  InstanceRow,
  'id' | 'tenant' | 'name' | 'status' | 'parameters' | 'parametersHash' | 'activeJobId' | 'databaseName'
> {
  position: number
  /** Which name it is: the registered one, or only the database's. */
  holds: 'name' | 'databaseName'
}

/** Who holds names that are wanted, each by the position of who wants it; at most two of one position. */
export const readNameHolders = (database: Database, wanted: readonly WantedNames[]): Promise<NameHolderRow[]> =>
  database.query<NameHolderRow>(
    `WITH wanted AS MATERIALIZED (
       SELECT * FROM jsonb_to_recordset($1::jsonb) AS w (position integer, "environmentId" uuid, "adminTenant" text, name text,
         "serverId" uuid, "databaseName" text)
     ), held AS (
       SELECT w.position, 'name' AS holds, i.id FROM wanted w JOIN instances i
         ON i.name_held AND i.environment_id = w."environmentId" AND lower(i.admin_tenant) = lower(w."adminTenant") AND lower(i.name) = lower(w.name)
       UNION ALL
       SELECT w.position, 'databaseName', i.id FROM wanted w JOIN instances i
         ON i.name_held AND i.server_id = w."serverId" AND lower(i.database_name) = lower(w."databaseName")
     )
     SELECT held.position, held.holds, i.id, i.tenant, i.name, i.status, i.parameters, i.parameters_hash AS "parametersHash",
       i.database_name AS "databaseName",
       (SELECT a.id FROM jobs a WHERE a.instance_id = i.id AND a.changing AND a.finished_at IS NULL) AS "activeJobId"
     FROM held JOIN instances i ON i.id = held.id`,
    [JSON.stringify(wanted)],
  )

/** The unfinished jobs that change these instances. */
export const readChangingJobs = (database: Database, instanceIds: readonly string[]): Promise<ChangingJob[]> =>
  database.query<ChangingJob>(
    `SELECT id, number, type, instance_id AS "instanceId", parameters FROM jobs
     WHERE instance_id = ANY($1::uuid[]) AND changing AND finished_at IS NULL`,
    [instanceIds],
  )

/** A job in the way of others. */
export interface ChangingJob {
  id: string
  number: number
  type: string
  instanceId: string
  parameters: InstanceRow['parameters']
}

/** How the database servers of instances are served. */
export interface ServedBy {
  id: string
  name: string
  engine: string
  workerPool: string
  maxConcurrency: number
  maxInstances: number | null
}

/** The database servers with these ids, as far as their jobs need to know. */
export const readServersById = (database: Database, ids: readonly string[]): Promise<ServedBy[]> =>
  database.query<ServedBy>(
    `SELECT id, name, engine, worker_pool AS "workerPool", max_concurrency AS "maxConcurrency", max_instances AS "maxInstances" FROM database_servers WHERE id = ANY($1::uuid[])`,
    [ids],
  )
