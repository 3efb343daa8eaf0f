import { operations, type SeedRequest } from '@edfi-tenants/contract'
import { requestSeed, type AskedSeed } from '@edfi-tenants/jobs'
import { readInstance, readSeedBundles } from '@edfi-tenants/store'
import { ok } from '../http/answer.js'
import { found } from '../http/found.js'
import { pageOfRows, textCursor } from '../http/page.js'
import { route, type Route } from '../http/route.js'
import { acceptInstanceJob } from '../jobs/accept-job.js'
import type { Parts } from '../parts.js'

/** `/v1/seed-bundles` and `/v1/instances/{id}/seed`. */
export const seedRoutes = (parts: Parts): Route[] => [
  route(operations.listSeedBundles, async ({ query }) => {
    const after = textCursor(query)
    const bundles = (await readSeedBundles(parts.store)).filter(({ name }) => after === null || name > after)
    return ok(
      pageOfRows(
        bundles,
        query,
        ({ name, title, description, engines, parametersSchema }) => ({
          name,
          title,
          description,
          engines,
          parametersSchema,
        }),
        ({ name }) => name,
      ),
    )
  }),

  route(operations.seedInstance, async (call) => {
    const { id } = found(await readInstance(parts.store.database, call.params.id, call.actor.tenants))
    const { seed, pointerOf } = seedsIn(call.body)
    return acceptInstanceJob(parts, call, (database) => requestSeed(database, id, call.origin, seed, pointerOf))
  }),
]

/** The seeds of either form, and where in the body each stands. */
function seedsIn({ bundle, parameters, seed }: SeedRequest): {
  seed: readonly AskedSeed[]
  pointerOf: (index: number) => string
} {
  if (seed) return { seed, pointerOf: (index) => `/seed/${index}` }
  return { seed: bundle === undefined ? [] : [{ bundle, parameters }], pointerOf: () => '' }
}
