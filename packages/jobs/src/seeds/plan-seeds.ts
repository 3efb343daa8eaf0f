import { Failure, type DatabaseEngine, type FieldFault } from '@edfi-tenants/core'
import { checkParameters } from '@edfi-tenants/seed-bundles'
import { readSeedBundles, type Database, type PublishedSeedBundle } from '@edfi-tenants/store'
import type { AskedSeed, Seed } from './seed.js'

/**
 * What a request's seeds come to, by what workers have published. Fails as {@link planPublishedSeeds}; `pointerOf` says
 * where in the body a seed stands.
 */
export async function planSeeds(
  database: Database,
  asked: readonly AskedSeed[],
  engine: DatabaseEngine,
  pointerOf?: (index: number) => string,
): Promise<Seed[]> {
  return asked.length === 0 ? [] : planPublishedSeeds(await readSeedBundles({ database }), asked, engine, pointerOf)
}

/**
 * The same by bundles that were read before. Fails with `unknown_seed_bundle` (listing those there are), `not_supported`
 * for an engine that a bundle has no scripts for, or `validation_failed` for parameters that do not fit.
 */
export function planPublishedSeeds(
  published: readonly PublishedSeedBundle[],
  asked: readonly AskedSeed[],
  engine: DatabaseEngine,
  pointerOf: (index: number) => string = (index) => `/seed/${index}`,
): Seed[] {
  const faults: FieldFault[] = []
  const seeds = asked.map(({ bundle, parameters = {} }, index) => {
    const found = bundleNamed(bundle, published)
    if (!found.engines.includes(engine))
      throw new Failure('not_supported', `The seed bundle "${bundle}" has no scripts for ${engine}.`)
    if (asked.findIndex((other) => other.bundle === bundle) < index)
      faults.push({ pointer: `${pointerOf(index)}/bundle`, detail: 'is asked for already; name each bundle once' })
    faults.push(...checkParameters(found.parametersSchema, parameters, `${pointerOf(index)}/parameters`))
    return { bundle, parameters }
  })
  if (faults.length > 0) throw new Failure('validation_failed', 'The request is not valid.', { errors: faults })
  return seeds
}

function bundleNamed(name: string, published: readonly PublishedSeedBundle[]): PublishedSeedBundle {
  const found = published.find((bundle) => bundle.name === name)
  if (found) return found
  throw new Failure('unknown_seed_bundle', `There is no seed bundle "${name}".`, {
    extensions: { bundles: published.map((bundle) => bundle.name) },
  })
}
