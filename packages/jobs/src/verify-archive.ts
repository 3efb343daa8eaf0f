import { instanceStatuses } from '@edfi-tenants/core'
import { defineJob } from './engine/define-job.js'
import { verifyArchiveStep } from './steps/verify-archive.js'

/** Proves that an archive can be restored. */
export const verifyArchive = defineJob({
  type: 'archive.verify',
  version: 1,
  changing: false,
  // Archives outlive their instances.
  retryWhen: instanceStatuses,
  steps: [verifyArchiveStep],
  pivot: null,
})
