import { defineJob } from './engine/define-job.js'
import { notifyOdsApi } from './steps/notify-ods-api.js'
import { startDatabase } from './steps/start-database.js'
import { verifyAndActivate } from './steps/verify-and-activate.js'
import { verifyDatabase } from './steps/verify-database.js'
import { runHooks } from './steps/run-hooks.js'

/** Puts a stopped instance to use again, once database and registration have proved to be what they were. */
export const startInstance = defineJob({
  type: 'instance.start',
  version: 2,
  changing: true,
  retryWhen: ['stopped', 'active'],
  steps: [startDatabase, verifyDatabase, verifyAndActivate, notifyOdsApi(['ods-instances']), runHooks('afterStart')],
  pivot: verifyAndActivate,
  settle: ({ status, error, undone, pastPivot }) =>
    status === 'succeeded' || undone || pastPivot
      ? {}
      : { statusReason: `Starting failed and could not be undone: ${error?.detail ?? ''}` },
})
