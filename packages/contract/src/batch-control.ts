import { Type, type Static } from '@sinclair/typebox'
import { batchSchema } from './batches.js'
import { uuid } from './fields.js'
import { closed, nullable, oneOfWords } from './schema.js'

const number = (description: string) => Type.Integer({ minimum: 0, description })

/** The answer to pausing and resuming: the batch as it is now. */
export const batchControlled = closed({ batch: batchSchema }, { title: 'BatchControlled' })

/** The answer to cancelling a batch. */
export const batchCancelled = closed(
  {
    batch: batchSchema,
    ended: number('Jobs that had not begun, and have ended.'),
    asked: number('Jobs at work that were asked to turn back; past their point of no return they go forward.'),
  },
  { title: 'BatchCancelled' },
)

/** `POST /v1/batches/{id}/retry-failed`; may be left out. */
export const batchRetryRequest = closed(
  {
    includeCancelled: Type.Optional(
      Type.Boolean({ default: false, description: 'Whether cancelled jobs are tried again too.' }),
    ),
  },
  { title: 'BatchRetryRequest', default: {} },
)
export type BatchRetryRequest = Static<typeof batchRetryRequest>

/** The answer to trying again what had failed. */
export const batchRetried = closed(
  {
    batch: batchSchema,
    retried: number('Jobs that were queued again.'),
    refused: Type.Array(
      closed(
        {
          jobId: uuid(),
          ref: nullable(Type.String()),
          code: Type.String({ description: 'As when this job alone is retried.' }),
          detail: Type.String(),
        },
        { title: 'RefusedRetry' },
      ),
      { description: 'Jobs that could not be.' },
    ),
  },
  { title: 'BatchRetried' },
)
export type BatchRetried = Static<typeof batchRetried>

/** `POST /v1/batches/{id}/undo`; may be left out. */
export const batchUndoRequest = closed(
  {
    archive: Type.Optional(
      Type.Boolean({ default: false, description: 'Whether each instance is archived before it is deleted.' }),
    ),
    purge: Type.Optional(
      oneOfWords(['now', 'scheduled'], {
        default: 'now',
        description:
          '`now`: the databases are dropped at once; `scheduled`: deleted instances can come back for a while.',
      }),
    ),
    applications: Type.Optional(
      oneOfWords(['refuse', 'detach', 'disable', 'delete'], {
        default: 'detach',
        description:
          'What becomes of applications that others have given access to an instance, as for DELETE; `detach`: they lose it.',
      }),
    ),
    confirmCount: Type.Optional(
      Type.Integer({
        minimum: 1,
        description:
          'How many instances you expect to be deleted. Needed once one of them is older than 24 hours, since people may have put data there.',
      }),
    ),
  },
  { title: 'BatchUndoRequest', default: {} },
)
export type BatchUndoRequest = Static<typeof batchUndoRequest>
