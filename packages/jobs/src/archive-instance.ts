import { defineJob } from './engine/define-job.js'
import { archiveDatabase } from './steps/archive-database.js'

/** Archives an instance. It changes nothing of it, so other jobs may go on beside it. */
export const archiveInstance = defineJob({
  type: 'instance.archive',
  version: 1,
  changing: false,
  retryWhen: ['active', 'stopped'],
  steps: [archiveDatabase],
  pivot: null,
})
