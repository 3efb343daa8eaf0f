import type { Database } from '../database.js'

/** What last year's instances are asked for once all of next year's are there. */
export const followUpOperations = ['instance.stop', 'instance.archive'] as const
export type FollowUpOperation = (typeof followUpOperations)[number]

/** A batch after which another one is to be asked for. */
export interface DueFollowUp {
  id: string
  operation: FollowUpOperation
  tenants: string[]
  requestedBy: string
  onBehalfOf: string | null
}

const isDue = `b.follow_up IS NOT NULL AND NOT b.follow_up ? 'askedAt'
  AND NOT EXISTS (SELECT FROM jobs j WHERE j.batch_id = b.id AND j.status <> 'succeeded')`

/** Batches all of whose jobs have succeeded, and whose follow-up nobody has asked for. */
export const readDueFollowUps = (database: Database): Promise<DueFollowUp[]> =>
  database.query<DueFollowUp>(
    `SELECT b.id, b.follow_up ->> 'operation' AS operation, b.tenants, b.requested_by AS "requestedBy", b.on_behalf_of AS "onBehalfOf"
     FROM batches b WHERE ${isDue} ORDER BY b.number LIMIT 20`,
  )

/** An instance whose successor is there. */
export interface FollowedInstance {
  id: string
  name: string
}

/**
 * What there is to do after a rollover: the instances that its items name as their `ref`, whose successors are active;
 * those that are stopped already, or were archived since, left out.
 */
export const readFollowed = (
  database: Database,
  { id, operation }: Pick<DueFollowUp, 'id' | 'operation'>,
): Promise<FollowedInstance[]> =>
  database.query<FollowedInstance>(
    `SELECT i.id, i.name FROM batch_items b JOIN instances i ON i.id = b.ref::uuid JOIN instances s ON s.id = b.instance_id AND s.status = 'active'
     WHERE b.batch_id = $1 AND CASE WHEN $2 = 'instance.stop' THEN i.status = 'active'
       ELSE i.status IN ('active', 'stopped') AND NOT EXISTS (SELECT FROM archives a WHERE a.instance_id = i.id AND a.created_at >= s.created_at AND a.status <> 'failed') END
     ORDER BY b.position`,
    [id, operation],
  )

/**
 * Notes that a batch's follow-up is being asked for, in the transaction that does so; false when it is somebody else's
 * turn, or no longer due.
 */
export async function claimFollowUp(database: Database, batchId: string): Promise<boolean> {
  const [lock] = await database.query<{ taken: boolean }>('SELECT pg_try_advisory_xact_lock(4807014) AS taken')
  if (!lock?.taken) return false
  const rows = await database.query(
    `UPDATE batches b SET follow_up = b.follow_up || jsonb_build_object('askedAt', now()) WHERE b.id = $1 AND ${isDue} RETURNING b.id`,
    [batchId],
  )
  return rows.length > 0
}
