import { Type, type Static } from '@sinclair/typebox'
import type { ApiClient } from '../admin-api.js'
import type { Dialect } from '../dialect.js'
import { shapeReader } from '../shape.js'
import { deleteAt, Id, Maybe, readNothing, Text } from './schemas.js'

const ApiClientBody = Type.Object({
  id: Id,
  name: Text,
  key: Text,
  isApproved: Type.Boolean(),
  applicationId: Id,
  odsInstanceIds: Maybe(Type.Array(Type.Integer())),
})

const readApiClients = shapeReader('list of API clients', Type.Array(ApiClientBody))
const readApiClient = shapeReader('API client', ApiClientBody)

/** `/v2/apiclients`, all of whose lists belong to one application. */
export const apiClientRequests: Pick<
  Dialect,
  'listApiClients' | 'readApiClient' | 'updateApiClient' | 'deleteApiClient'
> = {
  listApiClients: (applicationId) => ({
    method: 'GET',
    path: '/v2/apiclients',
    query: { applicationid: String(applicationId) },
    read: (answer) => readApiClients(answer).map(toApiClient),
  }),

  readApiClient: (apiClientId) => ({
    method: 'GET',
    path: `/v2/apiclients/${apiClientId}`,
    read: (answer) => toApiClient(readApiClient(answer)),
  }),

  updateApiClient: ({ apiClientId, name, isApproved, applicationId, odsInstanceIds }) => ({
    method: 'PUT',
    path: `/v2/apiclients/${apiClientId}`,
    json: { name, isApproved, applicationId, odsInstanceIds },
    read: readNothing,
  }),

  deleteApiClient: (apiClientId) => deleteAt(`/v2/apiclients/${apiClientId}`),
}

const toApiClient = (body: Static<typeof ApiClientBody>): ApiClient => ({
  apiClientId: body.id,
  name: body.name ?? '',
  key: body.key ?? '',
  isApproved: body.isApproved,
  applicationId: body.applicationId,
  odsInstanceIds: body.odsInstanceIds ?? [],
})
