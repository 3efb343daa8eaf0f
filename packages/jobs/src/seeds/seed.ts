import type { JobRow } from '@edfi-tenants/store'
import type { JsonObject } from '@edfi-tenants/core'

/** One bundle that a request asks for, as its job carries it. Parameters are never secret. */
export interface Seed {
  bundle: string
  parameters: JsonObject
}

/** What a client asks for. */
export interface AskedSeed {
  bundle: string
  parameters?: JsonObject | undefined
}

/** The most bundles of one request. */
export const maxSeeds = 10

/** The seeds in a job's parameters; none where it has none. */
export const seedsOf = (job: Pick<JobRow, 'parameters'>): Seed[] => (job.parameters['seed'] ?? []) as unknown as Seed[]
