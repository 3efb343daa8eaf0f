import { Type, type Static } from '@sinclair/typebox'
import * as field from './fields.js'
import { instanceRequest } from './instances.js'
import { closed, oneOfWords } from './schema.js'

const { tenant, displayName, instanceType, contexts, labels, deletionProtection } = instanceRequest.properties

const odsInstanceId = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647, description }))

/**
 * `POST /v1/instances/adopt`. With `odsInstanceId`, name, type and contexts are the registration's unless given here; its
 * connection string is replaced, since Admin API shows none, so that its database has to be this one.
 */
export const adoptRequest = closed(
  {
    tenant,
    server: field.resourceName(),
    databaseName: field.databaseName({ description: 'Of the database as it is; it must carry no marker.' }),
    name: Type.Optional(
      field.instanceName({ description: 'Default: the name of the registration, otherwise of the database.' }),
    ),
    odsInstanceId: odsInstanceId('A registration that there is already; absent: one is made.'),
    displayName,
    instanceType,
    contexts,
    labels,
    deletionProtection,
  },
  { title: 'AdoptRequest' },
)
export type AdoptRequest = Static<typeof adoptRequest>

/** `POST /v1/instances/{id}/reregister`; all of it may be left out. */
export const reregisterRequest = closed(
  {
    odsInstanceId: odsInstanceId(
      'The registration that is the instance’s, whatever its name is by now. Absent: the one on record, where it still has the instance’s name, otherwise a new one.',
    ),
  },
  { title: 'ReregisterRequest', default: {} },
)
export type ReregisterRequest = Static<typeof reregisterRequest>

/** `POST /v1/instances/{id}/release`. */
export const releaseRequest = closed(
  {
    confirm: Type.String({ maxLength: 100, description: 'The exact name of the instance.' }),
    registration: Type.Optional(
      oneOfWords(['keep', 'remove'], {
        default: 'keep',
        description: 'Whether Admin API keeps the registration; it can be removed only while no application uses it.',
      }),
    ),
  },
  { title: 'ReleaseRequest' },
)
export type ReleaseRequest = Static<typeof releaseRequest>

/** `POST /v1/instances/{id}/relocate`. */
export const relocateRequest = closed(
  {
    server: field.resourceName({ description: 'Another database server of the same engine, open to the tenant.' }),
    databaseName: Type.Optional(field.databaseName({ description: 'Default: the name it has.' })),
    allowDowntime: Type.Literal(true, {
      'x-rule': 'must be true: nobody can use the instance while it is moved',
      description: 'Must be true: nobody can use the instance while it is moved.',
    }),
  },
  { title: 'RelocateRequest' },
)
export type RelocateRequest = Static<typeof relocateRequest>
