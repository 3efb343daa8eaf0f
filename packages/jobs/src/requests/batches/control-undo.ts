import { Failure } from '@edfi-tenants/core'
import {
  lockBatch,
  readBatch,
  readCreatedByBatch,
  readUndoing,
  type BatchRow,
  type CreatedByBatch,
  type Database,
  type Store,
} from '@edfi-tenants/store'
import type { ParkMode } from '../../applications/parked.js'
import type { DeletePolicy } from '../request-delete-instance.js'
import type { RequestOrigin } from '../request-origin.js'
import { requestBatch } from './request-batch.js'

/** How what a batch has created is to be taken back. */
export interface UndoRequest extends RequestOrigin {
  batch: BatchRow
  archive: boolean
  applications: ParkMode
  purge: 'scheduled' | 'now'
  /** How many instances whoever asks expects to lose; needed once one of them may hold people's data. */
  confirmCount?: number | undefined
  reservedDatabaseNames: readonly string[]
  deletePolicy: Pick<DeletePolicy, 'allowDelete'>
}

/** The batch that undoes another one, and whether this request has started it. */
export interface UndoAnswer {
  batch: BatchRow
  started: boolean
}

/** From so many seconds on, an instance is taken to hold what its users have put there. */
const inUseAfter = 24 * 60 * 60

/** What may be listed in a refusal. */
const mostListed = 50

/**
 * Asks for everything to be deleted that a batch has created, and nothing else: a batch of deletions, or the one that was
 * asked for before. Fails with `batch_running`, `nothing_to_undo`, `deletion_disabled`, `deletion_protected`,
 * `instance_busy`, `confirmation_required` or `count_differs`; then nothing is started. `record` runs in the transaction
 * of the write. Whoever calls rings afterwards.
 */
export async function requestUndo(
  store: Pick<Store, 'database'>,
  request: UndoRequest,
  record?: (database: Database, answer: UndoAnswer) => Promise<void>,
): Promise<UndoAnswer> {
  const { batch, deletePolicy } = request
  if (batch.finishedAt === null)
    throw new Failure('batch_running', 'The batch still has jobs left: cancel it first, and wait for its end.')
  if (!deletePolicy.allowDelete)
    throw new Failure('deletion_disabled', 'Deletion is switched off in this installation.')
  const earlier = await readUndoing(store.database, batch.id)
  const created = await readCreatedByBatch(store.database, batch.id)
  const left = created.filter(({ isUndone }) => !isUndone)
  if (left.length === 0 && earlier !== null) return again(store, earlier, record)
  assertUndoable(left, request)
  const { archive, applications, purge, actor, requestId, remoteAddress, traceContext, reservedDatabaseNames } = request
  const origin = { actor, requestId, remoteAddress, ...(traceContext === undefined ? {} : { traceContext }) }
  try {
    const answer = await requestBatch(
      store,
      {
        ...origin,
        reservedDatabaseNames,
        deletePolicy,
        operation: 'instance.delete',
        items: left.map(({ id, name, ref }) => ({
          ...(ref === null ? {} : { ref }),
          ...{ instanceId: id, confirm: name, archive, applications, purge },
        })),
        undoes: batch.id,
        maxItems: left.length,
      },
      async (database, { batch: undoing }) => {
        await assertFirst(database, request, earlier, undoing.id)
        await record?.(database, { batch: undoing, started: true })
      },
    )
    return { batch: answer.batch, started: true }
  } catch (error) {
    const other = error instanceof Overtaken ? error.undoing : null
    if (other === null) throw error
    return again(store, other, record)
  }
}

async function again(
  { database }: Pick<Store, 'database'>,
  id: string,
  record: ((database: Database, answer: UndoAnswer) => Promise<void>) | undefined,
): Promise<UndoAnswer> {
  const undoing = await readBatch(database, id, '*')
  if (!undoing) throw new Error(`The batch ${id} is gone.`)
  await record?.(database, { batch: undoing, started: false })
  return { batch: undoing, started: false }
}

function assertUndoable(left: readonly CreatedByBatch[], { confirmCount }: UndoRequest): void {
  if (left.length === 0) throw new Failure('nothing_to_undo', 'Nothing of what this batch has created is there.')
  refuse('deletion_protected', 'Deletion protection is on for', (each) => each.deletionProtection)
  refuse('instance_busy', 'Other jobs are changing', (each) => each.activeJobId !== null || each.status === 'deleting')
  const inUse = left.filter(({ age }) => age >= inUseAfter).length
  if (inUse > 0 && confirmCount === undefined)
    throw new Failure(
      'confirmation_required',
      `${inUse} of ${left.length} instances are older than 24 hours and may hold data by now: send their number, ${left.length}, in "confirmCount".`,
      { extensions: { count: left.length } },
    )
  if (confirmCount !== undefined && confirmCount !== left.length)
    throw new Failure('count_differs', `${left.length} instances would be deleted, not ${confirmCount}.`, {
      extensions: { count: left.length },
    })

  function refuse(
    code: 'deletion_protected' | 'instance_busy',
    text: string,
    isInTheWay: (each: CreatedByBatch) => boolean,
  ): void {
    const inTheWay = left.filter(isInTheWay)
    if (inTheWay.length === 0) return
    const listed = inTheWay.slice(0, mostListed).map(({ id, name }) => ({ id, name, href: `/v1/instances/${id}` }))
    const names = inTheWay.slice(0, 3).map(({ name }) => `"${name}"`)
    const others = inTheWay.length > names.length ? ` and ${inTheWay.length - names.length} others` : ''
    throw new Failure(code, `${text} ${names.join(', ')}${others}.`, {
      extensions: { count: inTheWay.length, instances: listed },
    })
  }
}

/** Thrown to let go of what is written already when somebody else has asked for the same meanwhile. */
class Overtaken extends Error {
  constructor(readonly undoing: string) {
    super(`The batch ${undoing} does this already.`)
  }
}

/** Of those who ask at once only one starts something; a batch whose jobs were begun again meanwhile is not undone. */
async function assertFirst(
  database: Database,
  { batch, actor }: UndoRequest,
  earlier: string | null,
  ours: string,
): Promise<void> {
  const now = await lockBatch(database, batch.id, actor.tenants)
  if (now?.finishedAt == null) throw new Failure('batch_running', 'Jobs of the batch were begun again just now.')
  const other = await readUndoing(database, batch.id, ours)
  if (other !== null && other !== earlier) throw new Overtaken(other)
}
