import { defineJob, type Step } from './engine/define-job.js'
import { settleCreated } from './settle-created.js'
import { copyDatabase } from './steps/copy-database.js'
import { issueCredentials } from './steps/issue-credentials.js'
import { notifyOdsApi } from './steps/notify-ods-api.js'
import { register } from './steps/register.js'
import { reserveName } from './steps/reserve-name.js'
import { seedDatabase } from './steps/seed-database.js'
import { verifyDatabase } from './steps/verify-database.js'
import { verifyRegistration } from './steps/verify-registration.js'
import { runHooks } from './steps/run-hooks.js'

/** A copy can be meant for nobody but its makers: then ODS/API does not hear of it. */
const ifRegistered = (step: Step): Step => ({
  ...step,
  skip: (context) =>
    context.job.parameters['register'] === false ? 'The copy is not to be registered.' : (step.skip?.(context) ?? null),
})
const deploy = ifRegistered(runHooks('afterRegister'))

/** Copies an instance: its database as it is, under a registration of its own. */
export const cloneInstance = defineJob({
  type: 'instance.clone',
  version: 2,
  changing: true,
  createsInstance: true,
  steps: [
    ifRegistered(reserveName),
    copyDatabase,
    seedDatabase,
    verifyDatabase,
    ifRegistered(register),
    ifRegistered(verifyRegistration),
    ifRegistered(notifyOdsApi(['ods-instances'])),
    ifRegistered(issueCredentials),
    deploy,
  ],
  pivot: deploy,
  settle: settleCreated,
})
