import { defineJob, type Step } from './engine/define-job.js'
import { archiveDatabase } from './steps/archive-database.js'
import { checkProtection } from './steps/check-protection.js'
import { notifyOdsApi } from './steps/notify-ods-api.js'
import { retireDatabase } from './steps/retire-database.js'
import { isDatabaseMissing, revokeAccess } from './steps/revoke-access.js'
import { unregister } from './steps/unregister.js'
import { runHooks } from './steps/run-hooks.js'

const archiveWhatIsThere: Step = {
  ...archiveDatabase,
  skip: (context) =>
    isDatabaseMissing(context) ? 'There is no database to archive.' : (archiveDatabase.skip?.(context) ?? null),
}

/** Takes an instance away in a way that can be taken back until it is purged. */
export const deleteInstance = defineJob({
  type: 'instance.delete',
  version: 2,
  changing: true,
  endsInstance: true,
  retryWhen: ['active', 'stopped', 'failed', 'deleting'],
  steps: [
    checkProtection,
    // While it is still whole, so that what hangs on it can come to a good end.
    runHooks('beforeUnregister'),
    revokeAccess,
    archiveWhatIsThere,
    unregister,
    notifyOdsApi(['api-client-details', 'ods-instances']),
    // Nobody has it any more, but its names are still its own: what fails here can be tried again.
    runHooks('afterDelete', { name: 'run-hooks-after-delete' }),
    retireDatabase,
  ],
  pivot: unregister,
  settle: ({ status, error, undone, pastPivot }) => {
    if (status === 'succeeded') return {}
    if (pastPivot) return { statusReason: `Deleting stopped half way; retry the job. ${error?.detail ?? ''}` }
    return undone ? {} : { statusReason: `Deleting failed and could not be undone: ${error?.detail ?? ''}` }
  },
})
