import type { JsonObject } from '@edfi-tenants/core'
import type { JobRow } from '@edfi-tenants/store'

/** What an earlier step of the job left; null where it left nothing, or does not belong to it. */
export const stepOutput = (job: Pick<JobRow, 'steps'>, name: string): JsonObject | null =>
  (job.steps.find((step) => step.name === name)?.output ?? null) as JsonObject | null
