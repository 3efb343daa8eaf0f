import { defineJob } from './engine/define-job.js'
import { testEnvironment } from './steps/test-environment.js'

/** Tries an environment's Admin API, and one tenant of it where a tenant is named. */
export const testEnvironmentJob = defineJob({
  type: 'environment.test',
  version: 1,
  changing: false,
  steps: [testEnvironment],
  pivot: null,
})
