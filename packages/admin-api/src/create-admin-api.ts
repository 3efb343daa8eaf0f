import type { AdminApi } from './admin-api.js'
import { apiClientCalls } from './api-clients.js'
import { applicationCalls } from './applications.js'
import { derivativeCalls } from './derivatives.js'
import { registrationCalls } from './registrations.js'
import type { Session } from './session.js'
import { vendorCalls } from './vendors.js'

/** All operations on one Admin API tenant, put together from the requests of whatever dialect the session speaks. */
export function createAdminApi(session: Session): AdminApi {
  return {
    information: (call) => session.information(call),
    async checkTenant(call) {
      await session.information(call)
      await session.ask((dialect) => dialect.listRegistrations({ offset: 0, limit: 1 }), call)
    },
    ...registrationCalls(session),
    ...derivativeCalls(session),
    ...vendorCalls(session),
    ...applicationCalls(session),
    ...apiClientCalls(session),
  }
}
