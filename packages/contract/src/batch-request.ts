import { instanceStatuses, type FieldFault, type Scope } from '@edfi-tenants/core'
import { Type, type Static, type TObject, type TProperties } from '@sinclair/typebox'
import { archiveRequest } from './archives.js'
import { cloneRequest } from './clone.js'
import * as field from './fields.js'
import { instanceDeleteQuery } from './instance-life.js'
import { checkInstanceRequest, instanceRequest } from './instances.js'
import { closed, oneOfWords } from './schema.js'
import { checkSeedRequest, seedRequest } from './seeds.js'

/** How a batch is run; all of it may be left out. */
export const batchOptions = closed(
  {
    maxParallel: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 10_000,
        description: 'Jobs that may be at work at once. Default: as many as the database servers have slots.',
      }),
    ),
    stopAfterFailures: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 100_000,
        description: 'Failed jobs after which the batch pauses by itself.',
      }),
    ),
    canary: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 100_000,
        description: 'The first so many must succeed before the rest begins; when one of them fails, the batch pauses.',
      }),
    ),
  },
  { title: 'BatchOptions' },
)
export type BatchOptions = Static<typeof batchOptions>

/** Which instances are meant, by what they are. */
export const instanceSelector = closed(
  {
    tenant: Type.Optional(field.tenantName()),
    name: Type.Optional(field.text(100, { description: 'The whole name, ignoring case.' })),
    labels: Type.Optional(field.labels({ description: 'Labels an instance must have.' })),
    contexts: Type.Optional(field.contexts({ description: 'Contexts an instance must have.' })),
    server: Type.Optional(field.resourceName()),
    status: Type.Optional(
      oneOfWords(instanceStatuses, { description: 'Default: those in which the operation makes sense.' }),
    ),
    createdBefore: Type.Optional(field.time()),
  },
  {
    title: 'InstanceSelector',
    minProperties: 1,
    description:
      'All that is given must fit. Instances under deletion protection are left out of `instance.delete` and `instance.stop`.',
  },
)
export type InstanceSelector = Static<typeof instanceSelector>

const ref = {
  ref: Type.Optional(
    field.text(100, { description: 'Your own name for the item, unique in the batch, given back everywhere.' }),
  ),
}
const aboutInstance = { ...ref, instanceId: field.uuid() }
const confirm = {
  confirm: Type.Optional(
    Type.String({ maxLength: 100, description: 'The exact name of the instance; a deletion needs it.' }),
  ),
}

const deleteParameters = Type.Partial(Type.Omit(instanceDeleteQuery, ['confirm'])).properties

/** What a selector's instances are all asked with, per operation. */
const shared = {
  'instance.delete': deleteParameters,
  'instance.seed': seedRequest.properties,
  'instance.archive': archiveRequest.properties,
  'instance.stop': {},
  'instance.start': {},
  'instance.health': {},
} satisfies Record<string, TProperties>

const items = <T extends TProperties>(title: string, properties: T) =>
  Type.Array(closed(properties, { title }), { minItems: 1 })

/** A batch about instances that are there: named one by one, or selected. */
const change = <const O extends keyof typeof shared, T extends TProperties>(
  operation: O,
  title: string,
  properties: T,
) =>
  closed(
    {
      operation: oneOfWords([operation]),
      items: Type.Optional(items(`${title}Item`, { ...aboutInstance, ...confirm, ...properties })),
      selector: Type.Optional(instanceSelector),
      confirmCount: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: 1_000_000,
          description: 'With `selector`: how many instances it stands for. Needed unless only the plan is asked for.',
        }),
      ),
      parameters: Type.Optional(
        closed(shared[operation], { description: 'With `selector`: what all are asked with.' }),
      ),
      options: Type.Optional(batchOptions),
    },
    { title },
  )

const bodies = {
  'instance.create': closed(
    {
      operation: oneOfWords(['instance.create']),
      items: items('CreateBatchItem', { ...ref, ...instanceRequest.properties }),
      options: Type.Optional(batchOptions),
    },
    { title: 'CreateBatch' },
  ),
  'instance.clone': closed(
    {
      operation: oneOfWords(['instance.clone']),
      items: items('CloneBatchItem', { ...aboutInstance, ...confirm, ...cloneRequest.properties }),
      options: Type.Optional(batchOptions),
    },
    { title: 'CloneBatch' },
  ),
  'instance.delete': change('instance.delete', 'DeleteBatch', deleteParameters),
  'instance.seed': change('instance.seed', 'SeedBatch', seedRequest.properties),
  'instance.stop': change('instance.stop', 'StopBatch', {}),
  'instance.start': change('instance.start', 'StartBatch', {}),
  'instance.archive': change('instance.archive', 'ArchiveBatch', archiveRequest.properties),
  'instance.health': change('instance.health', 'HealthBatch', {}),
}

/** What many can be asked for at once. */
export const batchOperationNames = Object.keys(bodies) as (keyof typeof bodies)[]
export type BatchOperationName = (typeof batchOperationNames)[number]

/** `POST /v1/batches`: one of these, by its `operation`. */
export const batchRequest = Type.Union(Object.values(bodies) as [(typeof bodies)[BatchOperationName]], {
  description:
    'By its `operation`; an item is the body of the single call, with `ref` and, where it is about an instance, `instanceId`.',
})
export type BatchRequestBody = Static<(typeof bodies)[BatchOperationName]>

/** The schema of a batch of one operation, and of its items. */
export const batchBodyOf = (operation: BatchOperationName): TObject => bodies[operation]

/** What a client must have been granted for each: as for the single call. */
export const batchScopes: Readonly<Record<BatchOperationName, Scope>> = {
  'instance.create': 'instances:create',
  'instance.clone': 'instances:create',
  'instance.delete': 'instances:delete',
  'instance.seed': 'instances:operate',
  'instance.stop': 'instances:operate',
  'instance.start': 'instances:operate',
  'instance.archive': 'instances:operate',
  'instance.health': 'instances:operate',
}

/** Rules on an item that no schema can say: those of the single call. */
export const batchItemChecks: Partial<Record<BatchOperationName, (item: unknown) => FieldFault[]>> = {
  'instance.create': (item) => checkInstanceRequest(item),
  'instance.clone': (item) => checkInstanceRequest(item),
  'instance.seed': checkSeedRequest,
}

/** The query of `POST /v1/batches`. */
export const batchRequestQuery = closed({
  validateOnly: Type.Boolean({ default: false, description: 'Answer with the plan and change nothing.' }),
})
