import type { FieldFault } from '@edfi-tenants/core'
import { Type, type Static } from '@sinclair/typebox'
import { batchOptions } from './batch-request.js'
import { batchPlan } from './batches.js'
import * as field from './fields.js'
import { isRecord } from './is-record.js'
import { closed, mapOf, nullable, oneOfWords } from './schema.js'
import { seedList } from './seeds.js'

const year = (description: string) => Type.Integer({ minimum: 1950, maximum: 2199, description })
const number = (description: string) => Type.Integer({ minimum: 0, description })
const pattern = (description: string) => Type.Optional(field.text(255, { description }))

/** What is done with last year's instances once all of next year's are active. */
export const rolloverEnds = ['none', 'stop', 'archive'] as const

/** `POST /v1/batches/rollover`. */
export const rolloverRequest = closed(
  {
    tenant: Type.Optional(field.tenantName({ description: 'Of this tenant; neither this nor `tenants`: of all.' })),
    tenants: Type.Optional(Type.Array(field.tenantName(), { minItems: 1, maxItems: 1_000, uniqueItems: true })),
    fromYear: year('The school year that there is, by the year in which it ends: 2026 is 2025-2026.'),
    toYear: year('The school year to make.'),
    selector: Type.Optional(
      closed(
        {
          labels: Type.Optional(field.labels({ description: 'Labels an instance must have.' })),
          contexts: Type.Optional(field.contexts({ description: 'Contexts an instance must have.' })),
          server: Type.Optional(field.resourceName()),
        },
        { minProperties: 1, description: 'Narrows what is rolled over; all that is given must fit.' },
      ),
    ),
    skipUnmatched: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'Leave out instances that say no school year in name, contexts or labels, instead of refusing.',
      }),
    ),
    method: oneOfWords(['template', 'clone'], {
      description: '`template`: made from a template, without last year’s data; `clone`: with it.',
    }),
    template: Type.Optional(
      field.resourceName({ description: 'With `template`. Default: the one that each instance was made from.' }),
    ),
    naming: Type.Optional(
      closed(
        {
          name: pattern('For example `{label.district} {toYear}`.'),
          displayName: pattern('The same for display names.'),
          databaseName: pattern('The same for names of databases.'),
        },
        {
          description:
            'Patterns instead of last year’s names with the school year replaced: `{name}` (so replaced), `{tenant}`, `{fromYear}`, `{toYear}`, `{label.<key>}`, `{context.<key>}`.',
        },
      ),
    ),
    server: Type.Optional(field.resourceName({ description: 'Default: the server of each instance.' })),
    seed: Type.Optional(seedList),
    deletionProtection: Type.Optional(Type.Boolean({ description: 'Of the new instances.' })),
    attachCredentials: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          'Whether the keys that this service has issued or attached for last year serve the new instances too.',
      }),
    ),
    after: Type.Optional(
      oneOfWords(rolloverEnds, {
        default: 'none',
        description: 'What is done with last year’s instances once every job has succeeded: a batch of its own.',
      }),
    ),
    options: Type.Optional(batchOptions),
  },
  { title: 'RolloverRequest' },
)
export type RolloverRequest = Static<typeof rolloverRequest>

/** What no schema says of a rollover. */
export function checkRollover(body: unknown): FieldFault[] {
  if (!isRecord(body)) return []
  const { fromYear, toYear, tenant, tenants, method, template } = body
  return [
    ...(typeof fromYear === 'number' && typeof toYear === 'number' && toYear <= fromYear
      ? [{ pointer: '/toYear', detail: 'must be later than fromYear' }]
      : []),
    ...(tenant !== undefined && tenants !== undefined
      ? [{ pointer: '/tenants', detail: 'must not be given beside `tenant`' }]
      : []),
    ...(method === 'clone' && template !== undefined
      ? [{ pointer: '/template', detail: 'belongs to the method `template`' }]
      : []),
  ]
}

/** The query of `POST /v1/batches/rollover`. */
export const rolloverQuery = closed({
  validateOnly: Type.Boolean({ default: false, description: 'Answer with the plan and change nothing.' }),
})

const texts = mapOf(Type.String(), Type.String())
const named = { id: field.uuid(), tenant: Type.String(), name: Type.String() }

/** The plan of a rollover. */
export const rolloverPlan = closed(
  {
    valid: Type.Boolean({ description: 'Whether it could be asked for as it is.' }),
    operation: oneOfWords(['instance.create', 'instance.clone']),
    fromYear: Type.Integer(),
    toYear: Type.Integer(),
    counts: closed({
      job: number('Instances that would be made.'),
      unchanged: number('Instances that are there already, made by the same request.'),
      invalid: number('Instances with conflicts.'),
    }),
    instances: Type.Array(
      closed(
        {
          from: closed({
            ...named,
            displayName: nullable(Type.String()),
            databaseName: Type.String(),
            contexts: texts,
            labels: texts,
          }),
          to: closed({
            tenant: Type.String(),
            name: Type.String(),
            displayName: nullable(Type.String()),
            databaseName: nullable(Type.String(), {
              description: 'Null where a conflict keeps it from being decided.',
            }),
            server: Type.String(),
            template: nullable(Type.String(), { description: 'Null for a clone.' }),
            contexts: texts,
            labels: texts,
          }),
          outcome: oneOfWords(['job', 'unchanged', 'conflict']),
          credentials: number('Applications, or API clients of them, that will serve the new instance too.'),
          conflicts: Type.Array(
            closed({ field: Type.String(), code: nullable(Type.String()), detail: Type.String() }),
            { description: 'What keeps this one, and so the whole, from being started.' },
          ),
        },
        { title: 'Succession' },
      ),
    ),
    leftOut: closed({
      otherYears: number('Instances of other school years.'),
      unmatched: Type.Array(closed(named), {
        description:
          'Instances that say no school year; without `skipUnmatched` they keep the rollover from being started.',
      }),
    }),
    after: oneOfWords(rolloverEnds),
    capacity: batchPlan.properties.capacity,
    estimatedDurationMs: nullable(Type.Integer(), {
      description: 'From how long jobs of this kind took; null without any.',
    }),
  },
  { title: 'RolloverPlan' },
)
export type RolloverPlan = Static<typeof rolloverPlan>
