import type { AdminApi } from './admin-api.js'
import { applicationMissing, gone } from './missing.js'
import type { Session } from './session.js'

type ApplicationCalls = Pick<
  AdminApi,
  'listApplications' | 'readApplication' | 'createApplication' | 'updateApplication' | 'deleteApplication'
>

/** What can be done with applications. */
export function applicationCalls(session: Session): ApplicationCalls {
  return {
    listApplications: (odsInstanceId, call) =>
      session.ask((dialect) => dialect.listApplications(odsInstanceId), call, { 'not-found': () => [] }),

    readApplication: (applicationId, call) =>
      session.ask((dialect) => dialect.readApplication(applicationId), call, { 'not-found': () => null }),

    createApplication: (application, call) =>
      session.ask((dialect) => dialect.createApplication(application), call, {
        'vendor-missing': applicationMissing('vendor', application.vendorId),
      }),

    updateApplication: (application, call) =>
      session.ask((dialect) => dialect.updateApplication(application), call, {
        'not-found': applicationMissing('application', application.applicationId),
        'vendor-missing': applicationMissing('vendor', application.vendorId ?? 0),
      }),

    deleteApplication: (applicationId, call) =>
      session.ask((dialect) => dialect.deleteApplication(applicationId), call, gone),
  }
}
