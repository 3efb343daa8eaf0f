import { databaseEngines, type FieldFault } from '@edfi-tenants/core'
import { Type, type Static } from '@sinclair/typebox'
import * as field from './fields.js'
import { isRecord } from './is-record.js'
import { pageOf } from './paging.js'
import { closed, oneOfWords } from './schema.js'

const bundleName = (description: string) => field.resourceName({ description })

/** One bundle to fill a database with. */
export const seed = closed(
  {
    bundle: bundleName('One of `GET /v1/seed-bundles`.'),
    parameters: Type.Optional(
      field.jsonObject({
        description:
          'As the bundle’s `parametersSchema` says. Kept with the job as they are, so never anything secret.',
      }),
    ),
  },
  { title: 'Seed' },
)
export type Seed = Static<typeof seed>

/** Bundles in the order in which they run. */
export const seedList = Type.Array(seed, {
  minItems: 1,
  maxItems: 10,
  description: 'Seed bundles, in the order in which they run; each at most once. All of them succeed, or none.',
})

/** `POST /v1/instances/{id}/seed`: one bundle, or several. */
export const seedRequest = closed(
  {
    bundle: Type.Optional(bundleName('The one bundle, instead of `seed`.')),
    parameters: Type.Optional(field.jsonObject({ description: 'Of `bundle`.' })),
    seed: Type.Optional(seedList),
  },
  { title: 'SeedRequest' },
)
export type SeedRequest = Static<typeof seedRequest>

/** What a seed request must also fulfil, beyond its schema: one bundle or a list, not both. */
export function checkSeedRequest(request: unknown): FieldFault[] {
  if (!isRecord(request)) return []
  const { bundle, parameters, seed: list } = request
  if (list === undefined)
    return bundle === undefined ? [{ pointer: '/bundle', detail: 'is required, or else `seed`' }] : []
  return [
    ...(bundle === undefined ? [] : [{ pointer: '/bundle', detail: 'must not be given beside `seed`' }]),
    ...(parameters === undefined ? [] : [{ pointer: '/parameters', detail: 'must not be given beside `seed`' }]),
  ]
}

/** A seed bundle as answered. */
export const seedBundleSchema = closed(
  {
    name: Type.String(),
    title: Type.String(),
    description: Type.String(),
    engines: Type.Array(oneOfWords(databaseEngines), { description: 'The database engines that it has scripts for.' }),
    parametersSchema: field.jsonObject({ description: 'JSON Schema (2020-12) of `parameters`.' }),
  },
  { title: 'SeedBundle' },
)
export type SeedBundle = Static<typeof seedBundleSchema>

/** `GET /v1/seed-bundles`. */
export const seedBundlePage = pageOf('SeedBundlePage', seedBundleSchema)
export type SeedBundlePage = Static<typeof seedBundlePage>
