import { Type } from '@sinclair/typebox'
import type { Dialect } from '../dialect.js'
import { shapeReader } from '../shape.js'
import { locationId } from './location-id.js'
import { deleteAt, Id, Maybe, pageQuery, readNothing, Text } from './schemas.js'

const Summary = Type.Object({ id: Id, name: Text, instanceType: Type.Optional(Text) })
const Context = Type.Object({ id: Id, contextKey: Text, contextValue: Text })
const Derivative = Type.Object({ id: Id, derivativeType: Text })
const Detail = Type.Object({
  id: Id,
  name: Text,
  instanceType: Type.Optional(Text),
  odsInstanceContexts: Maybe(Type.Array(Context)),
  odsInstanceDerivatives: Maybe(Type.Array(Derivative)),
})

const readSummaries = shapeReader('list of ODS instances', Type.Array(Summary))
const readDetail = shapeReader('ODS instance', Detail)
const readId = locationId('ODS instance')

type Requests = Pick<
  Dialect,
  | 'listRegistrations'
  | 'readRegistration'
  | 'createRegistration'
  | 'updateRegistration'
  | 'deleteRegistration'
  | 'createContext'
  | 'updateContext'
  | 'deleteContext'
  | 'createDerivative'
  | 'updateDerivative'
  | 'deleteDerivative'
>

/** `/v2/odsInstances`, `/v2/odsInstanceContexts` and `/v2/odsInstanceDerivatives`. */
export const registrationRequests: Requests = {
  // Versions before 2.2 do not know the filter, and ignore it.
  listRegistrations: ({ name, ...page }) => ({
    method: 'GET',
    path: '/v2/odsInstances',
    query: { ...(name === undefined ? {} : { name }), ...pageQuery(page) },
    read: (answer) =>
      readSummaries(answer).map(({ id, name, instanceType }) => ({
        odsInstanceId: id,
        name: name ?? '',
        instanceType: instanceType ?? null,
      })),
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
    read: readId,
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

  createDerivative: (odsInstanceId, { derivativeType, connectionString }) => ({
    method: 'POST',
    path: '/v2/odsInstanceDerivatives',
    json: { odsInstanceId, derivativeType, connectionString },
    secrets: [connectionString],
    read: readNothing,
  }),

  updateDerivative: (odsInstanceId, { id, derivativeType, connectionString }) => ({
    method: 'PUT',
    path: `/v2/odsInstanceDerivatives/${id}`,
    json: { odsInstanceId, derivativeType, connectionString },
    secrets: [connectionString],
    read: readNothing,
  }),

  deleteDerivative: (derivativeId) => deleteAt(`/v2/odsInstanceDerivatives/${derivativeId}`),
}
