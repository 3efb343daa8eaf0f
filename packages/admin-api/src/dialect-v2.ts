import { Failure } from '@edfi-tenants/core'
import { Type } from '@sinclair/typebox'
import type { Complaint, Dialect, DialectRequest } from './dialect.js'
import type { Answer } from './exchange.js'
import { isShape, shapeReader } from './shape.js'

const Id = Type.Integer({ minimum: 1 })
const Text = Type.Union([Type.String(), Type.Null()])
const Summary = Type.Object({ id: Id, name: Text })
const Context = Type.Object({ id: Id, contextKey: Text, contextValue: Text })
const Derivative = Type.Object({ id: Id, derivativeType: Text })
const Detail = Type.Object({
  id: Id,
  name: Text,
  instanceType: Type.Optional(Text),
  odsInstanceContexts: Type.Optional(Type.Union([Type.Array(Context), Type.Null()])),
  odsInstanceDerivatives: Type.Optional(Type.Union([Type.Array(Derivative), Type.Null()])),
})
const Token = Type.Object({ access_token: Type.String({ minLength: 1 }), expires_in: Type.Number({ minimum: 0 }) })

const readSummaries = shapeReader('list of ODS instances', Type.Array(Summary))
const readDetail = shapeReader('ODS instance', Detail)
const readToken = shapeReader('token', Token)
const readNothing = () => undefined

const isInvalid = isShape(Type.Object({ errors: Type.Record(Type.String(), Type.Array(Type.String())) }))
const isTitled = isShape(Type.Object({ title: Type.String() }))
const isMessage = isShape(Type.Object({ message: Type.String() }))
const isTokenError = isShape(Type.Object({ error: Type.String(), error_description: Type.Optional(Text) }))

const deleteAt = (path: string): DialectRequest<void> => ({ method: 'DELETE', path, read: readNothing })

/**
 * Admin API 2.0 to 2.4 in mode v2, as its published OpenAPI documents say: https://docs.ed-fi.org/reference/admin-api/
 * Ids of what was created come only as the last segment of a relative `Location` without path base or version.
 */
export const dialectV2: Dialect = {
  mode: 'v2',

  signIn: (clientId, clientSecret) => ({
    method: 'POST',
    path: '/connect/token',
    form: {
      client_id: clientId,
      client_secret: clientSecret,
      grant_type: 'client_credentials',
      scope: 'edfi_admin_api/full_access',
    },
    secrets: [clientSecret],
    read: (answer) => {
      const { access_token: token, expires_in: expiresInSeconds } = readToken(answer)
      return { token, expiresInSeconds }
    },
  }),

  // Versions before 2.2 do not know the filter and the order, and ignore both.
  listRegistrations: ({ name, offset, limit }) => ({
    method: 'GET',
    path: '/v2/odsInstances',
    query: {
      ...(name === undefined ? {} : { name }),
      orderBy: 'id',
      direction: 'asc',
      offset: String(offset),
      limit: String(limit),
    },
    read: (answer) => readSummaries(answer).map(({ id, name }) => ({ id, name: name ?? '' })),
  }),

  readRegistration: (odsInstanceId) => ({
    method: 'GET',
    path: `/v2/odsInstances/${odsInstanceId}`,
    read: (answer) => {
      const detail = readDetail(answer)
      return {
        odsInstanceId: detail.id,
        name: detail.name ?? '',
        instanceType: detail.instanceType ?? null,
        contexts: (detail.odsInstanceContexts ?? []).map(({ id, contextKey, contextValue }) => ({
          id,
          key: contextKey ?? '',
          value: contextValue ?? '',
        })),
        derivatives: (detail.odsInstanceDerivatives ?? []).map(({ id, derivativeType }) => ({
          id,
          derivativeType: derivativeType ?? '',
        })),
      }
    },
  }),

  createRegistration: ({ name, instanceType, connectionString }) => ({
    method: 'POST',
    path: '/v2/odsInstances',
    json: { name, instanceType, connectionString },
    secrets: [connectionString],
    read: readLocationId,
  }),

  updateRegistration: (odsInstanceId, { name, instanceType, connectionString }) => ({
    method: 'PUT',
    path: `/v2/odsInstances/${odsInstanceId}`,
    json: { name, instanceType, ...(connectionString === undefined ? {} : { connectionString }) },
    secrets: connectionString === undefined ? [] : [connectionString],
    read: readNothing,
  }),

  deleteRegistration: (odsInstanceId) => deleteAt(`/v2/odsInstances/${odsInstanceId}`),

  createContext: (odsInstanceId, { key, value }) => ({
    method: 'POST',
    path: '/v2/odsInstanceContexts',
    json: { odsInstanceId, contextKey: key, contextValue: value },
    read: readNothing,
  }),

  updateContext: (odsInstanceId, { id, key, value }) => ({
    method: 'PUT',
    path: `/v2/odsInstanceContexts/${id}`,
    json: { odsInstanceId, contextKey: key, contextValue: value },
    read: readNothing,
  }),

  deleteContext: (contextId) => deleteAt(`/v2/odsInstanceContexts/${contextId}`),

  deleteDerivative: (derivativeId) => deleteAt(`/v2/odsInstanceDerivatives/${derivativeId}`),

  complaint,
}

function readLocationId({ location }: Answer): number {
  const id = Number(/\/(\d+)\/?(?:[?#].*)?$/.exec(location ?? '')?.[1])
  if (!Number.isSafeInteger(id) || id < 1) {
    throw new Failure('admin_api_unexpected', 'Admin API created the ODS instance without saying its id.')
  }
  return id
}

/** Version 2 has no error codes: only the property's name and the text tell refusals apart. */
function complaint({ status, body }: Answer): Complaint {
  if (isInvalid(body)) {
    const message = Object.entries(body.errors)
      .flatMap(([property, texts]) => texts.map((text) => (property === '' ? text : `${property}: ${text}`)))
      .join(' ')
    return { kind: status === 400 ? invalidKind(body.errors) : 'other', message }
  }
  if (isMessage(body)) {
    const wrongMode = status === 400 && body.message.startsWith('Wrong API version')
    return { kind: wrongMode ? 'wrong-mode' : 'other', message: body.message }
  }
  if (isTokenError(body)) return { kind: 'other', message: body.error_description ?? body.error }
  if (isTitled(body)) {
    // A proxy's or web server's own 404 does not begin like this, and must not pass for "there is no such registration".
    const gone = status === 404 && body.title.startsWith('Not found:')
    return { kind: gone ? 'not-found' : 'other', message: body.title }
  }
  return { kind: 'other', message: null }
}

function invalidKind(errors: Record<string, string[]>): Complaint['kind'] {
  const about = (property: string, text: RegExp) =>
    Object.entries(errors).some(
      ([key, texts]) => key.toLowerCase() === property && texts.some((each) => text.test(each)),
    )
  if (about('tenant', /./)) return 'unknown-tenant'
  if (about('name', /already exists/i)) return 'name-taken'
  if (about('', /combined key .* context key must be unique/i)) return 'context-taken'
  return 'other'
}
