import type { InstanceStatus } from '@edfi-tenants/core'
import type { Database } from '../database.js'

/** An instance that a batch has created and of which something is still there. */
export interface CreatedByBatch {
  id: string
  tenant: string
  name: string
  status: InstanceStatus
  ref: string | null
  deletionProtection: boolean
  /** In seconds, since it was asked for. */
  age: number
  activeJobId: string | null
  /** Whether a batch that undoes this one has it among its items already. */
  isUndone: boolean
}

/**
 * What a batch has created, in the order of its items: instances that one of its own jobs was to make, and of which there
 * may be a database. Not those that were there before (`unchanged`), nor what was undone, purged or released since.
 */
export const readCreatedByBatch = (database: Database, batchId: string): Promise<CreatedByBatch[]> =>
  database.query<CreatedByBatch>(
    `SELECT i.id, i.tenant, i.name, i.status, b.ref, i.deletion_protection AS "deletionProtection",
       extract(epoch FROM now() - i.created_at)::integer AS age,
       (SELECT a.id FROM jobs a WHERE a.instance_id = i.id AND a.changing AND a.finished_at IS NULL) AS "activeJobId",
       EXISTS (SELECT FROM batches u JOIN batch_items d ON d.batch_id = u.id WHERE u.undoes = b.batch_id AND d.instance_id = i.id) AS "isUndone"
     FROM batch_items b JOIN jobs j ON j.id = b.job_id JOIN instances i ON i.id = b.instance_id
     WHERE b.batch_id = $1 AND b.outcome = 'job' AND j.batch_id = b.batch_id AND j.type IN ('instance.create', 'instance.clone')
       AND i.status <> 'purged' AND (i.status <> 'failed' OR i.name_held)
     ORDER BY b.position`,
    [batchId],
  )

/** The batch that was asked for last to undo another one, apart from one; null when there is none. */
export async function readUndoing(database: Database, batchId: string, apartFrom?: string): Promise<string | null> {
  const [row] = await database.query<{ id: string }>(
    'SELECT id FROM batches WHERE undoes = $1 AND id IS DISTINCT FROM $2 ORDER BY number DESC LIMIT 1',
    [batchId, apartFrom ?? null],
  )
  return row?.id ?? null
}
