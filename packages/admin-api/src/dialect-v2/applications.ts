import { Type, type Static } from '@sinclair/typebox'
import type { Application } from '../admin-api.js'
import type { Dialect } from '../dialect.js'
import { shapeReader } from '../shape.js'
import { deleteAt, Id, Maybe, readNothing, Text } from './schemas.js'

const ApplicationBody = Type.Object({
  id: Id,
  applicationName: Text,
  claimSetName: Maybe(Type.String()),
  educationOrganizationIds: Maybe(Type.Array(Type.Integer())),
  vendorId: Maybe(Type.Integer()),
  profileIds: Maybe(Type.Array(Type.Integer())),
  odsInstanceIds: Maybe(Type.Array(Type.Integer())),
  enabled: Maybe(Type.Boolean()),
})
const Issued = Type.Object({
  id: Id,
  key: Type.String({ minLength: 1 }),
  secret: Type.String({ minLength: 1 }),
})

const readApplications = shapeReader('list of applications', Type.Array(ApplicationBody))
const readApplication = shapeReader('application', ApplicationBody)
const readIssued = shapeReader('new application', Issued)

type Requests = Pick<
  Dialect,
  'listApplications' | 'readApplication' | 'createApplication' | 'updateApplication' | 'deleteApplication'
>

/** `/v2/applications`. The secret comes once, with the answer that says that an application was created. */
export const applicationRequests: Requests = {
  listApplications: (odsInstanceId) => ({
    method: 'GET',
    path: `/v2/odsInstances/${odsInstanceId}/applications`,
    read: (answer) => readApplications(answer).map(toApplication),
  }),

  readApplication: (applicationId) => ({
    method: 'GET',
    path: `/v2/applications/${applicationId}`,
    read: (answer) => toApplication(readApplication(answer)),
  }),

  createApplication: (application) => ({
    method: 'POST',
    path: '/v2/applications',
    json: { ...fields(application), enabled: true },
    read: (answer) => {
      const { id, key, secret } = readIssued(answer)
      return { applicationId: id, key, secret }
    },
  }),

  updateApplication: ({ applicationId, enabled, ...application }) => ({
    method: 'PUT',
    path: `/v2/applications/${applicationId}`,
    json: { ...fields(application), ...(enabled === null ? {} : { enabled }) },
    read: readNothing,
  }),

  deleteApplication: (applicationId) => deleteAt(`/v2/applications/${applicationId}`),
}

const fields = (application: Omit<Application, 'applicationId' | 'enabled'>) => ({
  applicationName: application.applicationName,
  vendorId: application.vendorId,
  claimSetName: application.claimSetName,
  profileIds: application.profileIds,
  educationOrganizationIds: application.educationOrganizationIds,
  odsInstanceIds: application.odsInstanceIds,
})

const toApplication = (body: Static<typeof ApplicationBody>): Application => ({
  applicationId: body.id,
  applicationName: body.applicationName ?? '',
  vendorId: body.vendorId ?? null,
  claimSetName: body.claimSetName ?? null,
  educationOrganizationIds: body.educationOrganizationIds ?? [],
  profileIds: body.profileIds ?? [],
  odsInstanceIds: body.odsInstanceIds ?? [],
  enabled: body.enabled ?? null,
})
