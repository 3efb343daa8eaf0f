import { defineJob } from './engine/define-job.js'
import { notifyOdsApi } from './steps/notify-ods-api.js'
import { restoreRegistration } from './steps/restore-registration.js'
import { reviveDatabase } from './steps/revive-database.js'
import { verifyAndActivate } from './steps/verify-and-activate.js'
import { verifyDatabase } from './steps/verify-database.js'
import { runHooks } from './steps/run-hooks.js'

/** Brings a deleted instance back as it was: the same id in Admin API, contexts and keys. */
export const undeleteInstance = defineJob({
  type: 'instance.undelete',
  version: 2,
  changing: true,
  retryWhen: ['deleted', 'active'],
  steps: [
    reviveDatabase,
    restoreRegistration,
    verifyDatabase,
    verifyAndActivate,
    notifyOdsApi(['api-client-details', 'ods-instances']),
    runHooks('afterRegister'),
  ],
  pivot: verifyAndActivate,
  settle: ({ status, error, undone, pastPivot }) => {
    if (status === 'succeeded' || pastPivot) return {}
    return undone
      ? { nameHeld: false, statusReason: `It could not come back: ${error?.detail ?? ''}` }
      : { statusReason: `It could not come back, nor all be put away again: ${error?.detail ?? ''}` }
  },
})
