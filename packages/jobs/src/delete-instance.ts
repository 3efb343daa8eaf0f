import { defineJob, type Step } from './engine/define-job.js'
import { archiveDatabase } from './steps/archive-database.js'
import { checkProtection } from './steps/check-protection.js'
import { notifyOdsApi } from './steps/notify-ods-api.js'
import { retireDatabase } from './steps/retire-database.js'
import { isDatabaseMissing, revokeAccess } from './steps/revoke-access.js'
import { unregister } from './steps/unregister.js'

const archiveWhatIsThere: Step = {
  ...archiveDatabase,
  skip: (context) =>
    isDatabaseMissing(context) ? 'There is no database to archive.' : (archiveDatabase.skip?.(context) ?? null),
}

/** Takes an instance away in a way that can be taken back until it is purged. */
export const deleteInstance = defineJob({
  type: 'instance.delete',
  version: 1,
  changing: true,
  endsInstance: true,
  retryWhen: ['active', 'stopped', 'failed', 'deleting'],
  steps: [
    checkProtection,
    revokeAccess,
    archiveWhatIsThere,
    unregister,
    notifyOdsApi(['api-client-details', 'ods-instances']),
    retireDatabase,
  ],
  pivot: unregister,
  settle: ({ status, error, undone, pastPivot }) => {
    if (status === 'succeeded') return {}
    if (pastPivot) return { statusReason: `Deleting stopped half way; retry the job. ${error?.detail ?? ''}` }
    return undone ? {} : { statusReason: `Deleting failed and could not be undone: ${error?.detail ?? ''}` }
  },
})
