import { defineJob } from './engine/define-job.js'
import { reconcile } from './steps/reconcile.js'

/** Compares database servers and Admin APIs with what is on record, and reports. */
export const runReconciliation = defineJob({
  type: 'reconciliation.run',
  version: 1,
  changing: false,
  steps: [reconcile],
  pivot: null,
})
