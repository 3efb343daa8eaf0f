import { defineJob } from './engine/define-job.js'
import { settleCreated } from './settle-created.js'
import { adoptDatabase } from './steps/adopt-database.js'
import { notifyOdsApi } from './steps/notify-ods-api.js'
import { registerAdopted } from './steps/register-adopted.js'
import { reserveRegistration } from './steps/reserve-registration.js'
import { verifyDatabase } from './steps/verify-database.js'
import { verifyRegistration } from './steps/verify-registration.js'
import { runHooks } from './steps/run-hooks.js'

const deploy = runHooks('afterRegister')

/** Takes on a database that somebody else made, with its registration where there is one. */
export const adoptInstance = defineJob({
  type: 'instance.adopt',
  version: 2,
  changing: true,
  createsInstance: true,
  steps: [
    reserveRegistration,
    adoptDatabase,
    verifyDatabase,
    registerAdopted,
    verifyRegistration,
    notifyOdsApi(['ods-instances']),
    deploy,
  ],
  pivot: deploy,
  settle: settleCreated,
})
