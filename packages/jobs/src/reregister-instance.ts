import { defineJob, type Step } from './engine/define-job.js'
import { claimDatabase, verifyClaim } from './steps/claim-database.js'
import { notifyOdsApi } from './steps/notify-ods-api.js'
import { reregister } from './steps/reregister.js'
import { verifyDatabase } from './steps/verify-database.js'
import { verifyRegistration } from './steps/verify-registration.js'
import { runHooks, unlessStopped } from './steps/run-hooks.js'

const verifyOpenDatabase: Step = {
  ...verifyDatabase,
  skip: ({ instance }) => (instance.status === 'stopped' ? 'The instance is stopped, and stays so.' : null),
}

/** Makes Admin API know an instance as it is on record, and the record its database, where that has another name. */
export const reregisterInstance = defineJob({
  type: 'instance.reregister',
  version: 2,
  changing: true,
  retryWhen: ['active', 'stopped'],
  steps: [
    verifyClaim,
    claimDatabase,
    verifyOpenDatabase,
    reregister,
    verifyRegistration,
    notifyOdsApi(['ods-instances']),
    runHooks('afterRegister', { skip: unlessStopped }),
  ],
  pivot: verifyClaim,
  settle: ({ status, error, pastPivot }) => {
    if (status === 'succeeded') return { statusReason: null }
    return pastPivot ? { statusReason: `Registering again failed; retry the job. ${error?.detail ?? ''}` } : {}
  },
})
