import { defineJob } from './engine/define-job.js'
import { seedDatabase } from './steps/seed-database.js'
import { verifyDatabase } from './steps/verify-database.js'

/** Fills an instance's database with seed bundles, all or none of them. What was committed is not taken back. */
export const seedInstance = defineJob({
  type: 'instance.seed',
  version: 1,
  changing: true,
  steps: [seedDatabase, verifyDatabase],
  pivot: seedDatabase,
})
