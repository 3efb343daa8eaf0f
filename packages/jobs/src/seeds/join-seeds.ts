import { Failure, type DatabaseEngine, type JsonObject } from '@edfi-tenants/core'
import type { RunScripts } from '@edfi-tenants/provisioner'
import { checkParameters, type SeedBundle } from '@edfi-tenants/seed-bundles'
import type { Seed } from './seed.js'

/**
 * All seeds of a job as one run, so that all of them are in the database, or none: the scripts of each bundle in turn,
 * the parameters of each under its name, and their verify queries as one. Fails with `unknown_seed_bundle` where this
 * worker lacks a bundle (another one may have it), `not_supported`, or `validation_failed` where its version of a bundle
 * wants other parameters than the one that the request was checked against.
 */
export function joinSeeds(
  seeds: readonly Seed[],
  bundles: ReadonlyMap<string, SeedBundle>,
  engine: DatabaseEngine,
): Pick<RunScripts, 'scripts' | 'parameters' | 'verify'> {
  const found = seeds.map(({ bundle: name, parameters }, index) => {
    const bundle = bundles.get(name)
    if (!bundle)
      throw new Failure('unknown_seed_bundle', `This worker has no seed bundle "${name}".`, {
        retryable: true,
        extensions: { bundles: [...bundles.keys()] },
      })
    const scripts = bundle.scripts[engine]
    if (!scripts) throw new Failure('not_supported', `The seed bundle "${name}" has no scripts for ${engine}.`)
    const errors = checkParameters(bundle.manifest.parametersSchema, parameters, `/seed/${index}/parameters`)
    if (errors.length > 0)
      throw new Failure('validation_failed', `The parameters do not fit the seed bundle "${name}".`, { errors })
    return { scripts, verify: bundle.verify[engine] }
  })
  const queries = found.flatMap(({ verify }) => verify ?? [])
  const parameters: JsonObject = Object.fromEntries(seeds.map((seed) => [seed.bundle, seed.parameters]))
  return {
    scripts: found.flatMap(({ scripts }) => scripts),
    parameters,
    ...(queries.length > 0 ? { verify: joinQueries(queries) } : {}),
  }
}

/** Queries as one. Each stands on lines of its own, so that a comment at its end hides nothing. */
function joinQueries(queries: readonly { name: string; sql: string }[]): { name: string; sql: string } {
  const [only, ...others] = queries
  if (only && others.length === 0) return only
  return {
    name: queries.map(({ name }) => name).join(' + '),
    sql: queries
      .map(
        ({ sql }, index) => `SELECT name, ok, detail FROM (\n${sql.replace(/[\s;]+$/, '')}\n) AS verify_${index + 1}`,
      )
      .join('\nUNION ALL\n'),
  }
}
