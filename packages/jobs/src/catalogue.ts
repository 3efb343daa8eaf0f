import { createInstance } from './create-instance.js'
import type { JobDefinition } from './engine/define-job.js'
import { testEnvironmentJob } from './test-environment.js'
import { testServerJob } from './test-server.js'
import { updateInstance } from './update-instance.js'

/** Every kind of job, by type. */
export const jobCatalogue: ReadonlyMap<string, JobDefinition> = new Map(
  [createInstance, updateInstance, testServerJob, testEnvironmentJob].map((definition) => [
    definition.type,
    definition,
  ]),
)
