import { instanceStatuses } from '@edfi-tenants/core'
import { defineJob } from './engine/define-job.js'
import { removeArchiveStep } from './steps/remove-archive.js'

/** Removes an archive for good. */
export const deleteArchive = defineJob({
  type: 'archive.delete',
  version: 1,
  changing: false,
  // Archives outlive their instances.
  retryWhen: instanceStatuses,
  steps: [removeArchiveStep],
  pivot: null,
})
