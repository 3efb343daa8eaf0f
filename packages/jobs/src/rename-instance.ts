import { defineJob, type Step } from './engine/define-job.js'
import { notifyOdsApi } from './steps/notify-ods-api.js'
import { recordNames } from './steps/record-names.js'
import { underNewNames } from './steps/rename.js'
import { renameDatabase } from './steps/rename-database.js'
import { renameRegistration } from './steps/rename-registration.js'
import { reserveNewNames } from './steps/reserve-new-names.js'
import { verifyDatabase } from './steps/verify-database.js'
import { verifyRegistration } from './steps/verify-registration.js'
import { runHooks, unlessStopped } from './steps/run-hooks.js'

const verifyRenamedDatabase: Step = {
  ...underNewNames(verifyDatabase),
  skip: ({ instance }) => (instance.status === 'stopped' ? 'The instance is stopped, and stays so.' : null),
}

/** Gives an instance another name, its database another name, or both. */
export const renameInstance = defineJob({
  type: 'instance.rename',
  version: 2,
  changing: true,
  retryWhen: ['active', 'stopped'],
  steps: [
    reserveNewNames,
    renameDatabase,
    renameRegistration,
    verifyRenamedDatabase,
    underNewNames(verifyRegistration),
    recordNames,
    notifyOdsApi(['ods-instances']),
    runHooks('afterRegister', { skip: unlessStopped }),
  ],
  pivot: recordNames,
  settle: ({ status, error, undone, pastPivot }) =>
    status === 'succeeded' || undone || pastPivot
      ? {}
      : { statusReason: `Renaming failed and could not be undone: ${error?.detail ?? ''}` },
})
