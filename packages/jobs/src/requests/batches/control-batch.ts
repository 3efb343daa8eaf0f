import { Failure } from '@edfi-tenants/core'
import {
  appendAuditEvents,
  cancelBatch as cancelJobs,
  lockBatch,
  pauseBatch as holdJobs,
  readBatch,
  resumeBatch as letJobsGo,
  type BatchRow,
  type Database,
  type UnbegunEnd,
} from '@edfi-tenants/store'
import { jobCatalogue } from '../../catalogue.js'
import { endUnbegun } from '../../engine/end-unbegun.js'
import { cancelled } from '../../engine/step-questions.js'
import { accepted, type RequestOrigin } from '../request-origin.js'

/** A batch within the bound of whoever asks, locked; `batch_finished` when all its jobs have ended. */
export async function lockUnfinished(database: Database, id: string, origin: RequestOrigin): Promise<BatchRow> {
  const batch = await lockBatch(database, id, origin.actor.tenants)
  if (!batch) throw new Failure('not_found', 'There is no such batch.')
  if (batch.finishedAt !== null)
    throw new Failure('batch_finished', `The batch has ended: it is ${batch.status}.`, {
      extensions: { status: batch.status },
    })
  return batch
}

/** Notes in the audit log what was done to a batch, and returns it as it is now. */
export async function controlled(
  database: Database,
  batch: BatchRow,
  origin: RequestOrigin,
  action: string,
  details: Record<string, number> = {},
): Promise<BatchRow> {
  const [only, ...others] = batch.tenants
  const subject = { tenant: others.length === 0 ? (only ?? null) : null, target: `batches/${batch.id}` }
  await appendAuditEvents(database, [
    accepted(origin, action, { ...subject, details: { batch: batch.id, ...details } }),
  ])
  const now = await readBatch(database, batch.id, '*')
  if (!now) throw new Error(`The batch ${batch.id} is gone.`)
  return now
}

/** Lets no more jobs of a batch begin; those at work go on. Within a transaction. Fails with `batch_finished`. */
export async function pauseBatch(database: Database, id: string, origin: RequestOrigin): Promise<BatchRow> {
  const batch = await lockUnfinished(database, id, origin)
  if (batch.status === 'paused') return batch
  await holdJobs(database, id)
  return controlled(database, batch, origin, 'batch.pause')
}

/**
 * Lets a paused batch go on, whoever paused it. Within a transaction; whoever calls rings afterwards. Fails with
 * `batch_finished` or `batch_not_paused`.
 */
export async function resumeBatch(database: Database, id: string, origin: RequestOrigin): Promise<BatchRow> {
  const batch = await lockUnfinished(database, id, origin)
  if (batch.status !== 'paused') throw new Failure('batch_not_paused', 'The batch is running.')
  await letJobsGo(database, id)
  return controlled(database, batch, origin, 'batch.resume')
}

/** What is ended without a worker; the others are asked to end. */
const unbegunEnds = (): UnbegunEnd[] => [...jobCatalogue.values()].flatMap((definition) => endUnbegun(definition) ?? [])

/**
 * Cancels what is left of a batch: jobs that have not begun end at once, those at work turn back, or go forward where they
 * have passed their point of no return. Within a transaction; whoever calls rings afterwards. Fails with `batch_finished`.
 */
export async function cancelBatch(
  database: Database,
  id: string,
  origin: RequestOrigin,
): Promise<{ batch: BatchRow; ended: number; asked: number }> {
  const batch = await lockUnfinished(database, id, origin)
  const { ended, asked } = await cancelJobs(database, id, unbegunEnds(), cancelled().toProblem())
  return { batch: await controlled(database, batch, origin, 'batch.cancel', { ended, asked }), ended, asked }
}
