import { defineJob } from './engine/define-job.js'
import { settleCreated } from './settle-created.js'
import { createDatabase } from './steps/create-database.js'
import { issueCredentials } from './steps/issue-credentials.js'
import { notifyOdsApi } from './steps/notify-ods-api.js'
import { register } from './steps/register.js'
import { reserveName } from './steps/reserve-name.js'
import { seedDatabase } from './steps/seed-database.js'
import { verifyDatabase } from './steps/verify-database.js'
import { verifyRegistration } from './steps/verify-registration.js'
import { runHooks } from './steps/run-hooks.js'

/** Only with all that belongs to it is an instance there; else nothing of it is left. */
const deploy = runHooks('afterRegister')

/** Creates an instance: its database, its data, its registration. */
export const createInstance = defineJob({
  type: 'instance.create',
  version: 3,
  changing: true,
  createsInstance: true,
  steps: [
    reserveName,
    createDatabase,
    seedDatabase,
    verifyDatabase,
    register,
    verifyRegistration,
    notifyOdsApi(['ods-instances']),
    issueCredentials,
    deploy,
  ],
  pivot: deploy,
  settle: settleCreated,
})
