import { defineJob } from './engine/define-job.js'
import { underNewPlace } from './relocation/new-place.js'
import { closeDatabase, moveDatabase, removeOldDatabase, verifyRelocation } from './steps/move-database.js'
import { moveRegistration, recordPlace } from './steps/move-registration.js'
import { notifyOdsApi } from './steps/notify-ods-api.js'
import { verifyDatabase } from './steps/verify-database.js'
import { verifyRegistration } from './steps/verify-registration.js'
import { runHooks } from './steps/run-hooks.js'

/** Moves an instance to another database server of its engine; nobody can use it meanwhile. */
export const relocateInstance = defineJob({
  type: 'instance.relocate',
  version: 2,
  changing: true,
  retryWhen: ['active'],
  steps: [
    verifyRelocation,
    closeDatabase,
    moveDatabase,
    underNewPlace(verifyDatabase),
    moveRegistration,
    recordPlace,
    {
      ...verifyRegistration,
      skip: ({ instance }) => (instance.odsInstanceId === null ? 'The instance is not registered.' : null),
    },
    notifyOdsApi(['ods-instances']),
    removeOldDatabase,
    runHooks('afterRegister', {
      skip: ({ instance }) => (instance.odsInstanceId === null ? 'The instance is not registered.' : null),
    }),
  ],
  pivot: recordPlace,
  settle: ({ status, error, undone, pastPivot }) => {
    if (status === 'succeeded' || undone) return { statusReason: null }
    return {
      statusReason: pastPivot
        ? `It has moved, but not all was cleared away; retry the job. ${error?.detail ?? ''}`
        : `Moving failed and could not be undone: ${error?.detail ?? ''}`,
    }
  },
})
