import { defineJob } from './engine/define-job.js'
import { purgeFoundDatabase } from './steps/purge-found-database.js'
import { purgeFoundRegistration } from './steps/purge-found-registration.js'

/** Drops a database of ours that a reconciliation has found without a record. */
export const purgeDatabase = defineJob({
  type: 'reconciliation.purge-database',
  version: 1,
  changing: false,
  steps: [purgeFoundDatabase],
  pivot: null,
})

/** Deletes a registration of ours that a reconciliation has found without an instance. */
export const purgeRegistration = defineJob({
  type: 'reconciliation.purge-registration',
  version: 1,
  changing: false,
  steps: [purgeFoundRegistration],
  pivot: null,
})
