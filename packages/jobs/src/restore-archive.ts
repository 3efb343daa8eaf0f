import { defineJob } from './engine/define-job.js'
import { settleCreated } from './settle-created.js'
import { issueCredentials } from './steps/issue-credentials.js'
import { notifyOdsApi } from './steps/notify-ods-api.js'
import { register } from './steps/register.js'
import { reserveName } from './steps/reserve-name.js'
import { restoreDatabase } from './steps/restore-database.js'
import { verifyDatabase } from './steps/verify-database.js'
import { verifyRegistration } from './steps/verify-registration.js'
import { runHooks } from './steps/run-hooks.js'

const deploy = runHooks('afterRegister')

/** Makes a new instance out of an archive. */
export const restoreArchive = defineJob({
  type: 'archive.restore',
  version: 2,
  changing: true,
  createsInstance: true,
  steps: [
    reserveName,
    restoreDatabase,
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
