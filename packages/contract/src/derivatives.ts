import { derivativeTypes } from '@edfi-tenants/core'
import { Type, type Static } from '@sinclair/typebox'
import * as field from './fields.js'
import { closed, nullable, oneOfWords } from './schema.js'

const registered = closed(
  {
    host: field.text(255, { description: 'As ODS/API reaches it.' }),
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535, description: 'Default: the database server’s.' })),
    databaseName: Type.Optional(field.databaseName({ description: 'Default: the instance’s.' })),
  },
  { description: 'A database that the operator runs and keeps up to date, for example by replication.' },
)

const copyRequest = closed({
  derivativeType: oneOfWords(['Snapshot']),
  source: oneOfWords(['copy'], { description: 'A copy of the database as it is now, on the same server.' }),
  allowDowntime: Type.Optional(
    Type.Boolean({ default: false, description: 'Whether sessions may be ended where the copy needs that.' }),
  ),
})
const registeredRequest = closed({ derivativeType: oneOfWords(derivativeTypes), registered })

/** `POST /v1/instances/{id}/derivatives`: a copy can only be a snapshot; a replica is the operator’s own. */
export const derivativeRequest = Type.Unsafe<Static<typeof copyRequest> | Static<typeof registeredRequest>>({
  title: 'DerivativeRequest',
  oneOf: [copyRequest, registeredRequest],
  'x-rule': 'must have either derivativeType "Snapshot" and source "copy", or derivativeType and registered',
})
export type DerivativeRequest = Static<typeof derivativeRequest>

/** A derivative as answered. */
export const derivativeSchema = closed(
  {
    derivativeType: oneOfWords(derivativeTypes),
    source: oneOfWords(['copy', 'registered']),
    databaseName: Type.String(),
    registered: nullable(closed({ host: Type.String(), port: nullable(Type.Integer()) })),
    createdAt: field.time(),
    refreshedAt: nullable(field.time()),
  },
  { title: 'Derivative' },
)
export type Derivative = Static<typeof derivativeSchema>

/** `GET /v1/instances/{id}/derivatives`: at most one of each type. */
export const derivativeList = closed({ items: Type.Array(derivativeSchema) }, { title: 'DerivativeList' })

/** `{id}` and `{type}` in a path. */
export const byDerivative = closed({ id: field.uuid(), type: oneOfWords(derivativeTypes) })

/** `POST …/{type}/refresh`; all of it may be left out. */
export const refreshRequest = closed(
  { allowDowntime: Type.Optional(Type.Boolean({ default: false })) },
  { title: 'RefreshRequest', default: {} },
)
