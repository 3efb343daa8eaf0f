import type { JsonObject } from '@edfi-tenants/core'
import type { Database, InstanceRow, JobRow } from '@edfi-tenants/store'
import { seedInstance } from '../seed-instance.js'
import { planSeeds } from '../seeds/plan-seeds.js'
import type { AskedSeed, Seed } from '../seeds/seed.js'
import { requestInstanceJob } from './request-instance-job.js'
import type { RequestOrigin } from './request-origin.js'

/**
 * Asks for an instance's database to be filled with seed bundles, within a transaction. Fails as `planSeeds` and
 * `requestInstanceJob` do.
 */
export async function requestSeed(
  database: Database,
  instanceId: string,
  origin: RequestOrigin,
  asked: readonly AskedSeed[],
  pointerOf?: (index: number) => string,
): Promise<{ job: JobRow; instance: InstanceRow }> {
  const seed: Seed[] = []
  return requestInstanceJob(database, seedInstance, instanceId, origin, {
    parameters: { seed: seed as unknown as JsonObject[] },
    details: { bundles: asked.map(({ bundle }) => bundle) },
    async check({ databaseEngine }) {
      seed.push(...(await planSeeds(database, asked, databaseEngine, pointerOf)))
    },
  })
}
