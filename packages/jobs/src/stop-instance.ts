import { defineJob } from './engine/define-job.js'
import { notifyOdsApi } from './steps/notify-ods-api.js'
import { stopDatabase } from './steps/stop-database.js'
import { runHooks } from './steps/run-hooks.js'

/** Takes an instance out of use without changing what is in it, or where it is registered. */
export const stopInstance = defineJob({
  type: 'instance.stop',
  version: 2,
  changing: true,
  retryWhen: ['active', 'stopped'],
  steps: [stopDatabase, notifyOdsApi(['ods-instances']), runHooks('afterStop')],
  pivot: stopDatabase,
  settle: ({ status, error, undone, pastPivot }) =>
    status === 'succeeded' || undone || pastPivot
      ? {}
      : { statusReason: `Stopping failed and could not be undone: ${error?.detail ?? ''}` },
})
