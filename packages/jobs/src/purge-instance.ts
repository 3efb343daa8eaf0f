import { defineJob } from './engine/define-job.js'
import { deleteRegistration } from './steps/delete-registration.js'
import { dropRetiredDatabase } from './steps/drop-retired-database.js'
import { forgetSecrets } from './steps/forget-secrets.js'
import { proveArchive } from './steps/prove-archive.js'
import { purgeCredentials } from './steps/purge-credentials.js'
import { waitForCaches } from './steps/wait-for-caches.js'

/** Removes for good what is left of a deleted instance, in the order that Admin API wants. It can be cancelled as long as nothing was removed. */
export const purgeInstance = defineJob({
  type: 'instance.purge',
  version: 1,
  changing: true,
  endsInstance: true,
  retryWhen: ['deleted'],
  steps: [waitForCaches, proveArchive, purgeCredentials, deleteRegistration, dropRetiredDatabase, forgetSecrets],
  pivot: proveArchive,
  settle: ({ status, error }) =>
    status === 'failed' ? { statusReason: `Purging failed and is tried again: ${error?.detail ?? ''}` } : {},
})
