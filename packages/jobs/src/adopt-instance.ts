import { defineJob } from './engine/define-job.js'
import { settleCreated } from './settle-created.js'
import { adoptDatabase } from './steps/adopt-database.js'
import { notifyOdsApi } from './steps/notify-ods-api.js'
import { registerAdopted } from './steps/register-adopted.js'
import { reserveRegistration } from './steps/reserve-registration.js'
import { verifyDatabase } from './steps/verify-database.js'
import { verifyRegistration } from './steps/verify-registration.js'

/** Takes on a database that somebody else made, with its registration where there is one. */
export const adoptInstance = defineJob({
  type: 'instance.adopt',
  version: 1,
  changing: true,
  createsInstance: true,
  steps: [
    reserveRegistration,
    adoptDatabase,
    verifyDatabase,
    registerAdopted,
    verifyRegistration,
    notifyOdsApi(['ods-instances']),
  ],
  pivot: verifyRegistration,
  settle: settleCreated,
})
