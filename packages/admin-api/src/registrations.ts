import type { AdminApi, AdminApiCall, Registration } from './admin-api.js'
import { putContexts } from './contexts.js'
import type { RegistrationSummary } from './dialect.js'
import { gone, registrationMissing } from './missing.js'
import { readPages } from './pages.js'
import type { Session } from './session.js'

type RegistrationCalls = Pick<
  AdminApi,
  | 'findRegistration'
  | 'readRegistration'
  | 'listRegistrations'
  | 'createRegistration'
  | 'updateRegistration'
  | 'deleteRegistration'
  | 'putContexts'
>

/** What can be done with the registrations of a tenant. */
export function registrationCalls(session: Session): RegistrationCalls {
  const read = (odsInstanceId: number, call: AdminApiCall): Promise<Registration | null> =>
    session.ask((dialect) => dialect.readRegistration(odsInstanceId), call, { 'not-found': () => null })

  /** The pages of all registrations, or of those that the filter by name lets through: by the database's collation, or all. */
  const pages = (call: AdminApiCall, filter: { name?: string }) =>
    readPages(
      'ODS instances',
      (page) => session.ask((dialect) => dialect.listRegistrations({ ...filter, ...page }), call),
      ({ odsInstanceId }) => odsInstanceId,
    )

  async function findExact(name: string, call: AdminApiCall): Promise<RegistrationSummary | null> {
    for await (const page of pages(call, { name })) {
      const found = page.find((each) => each.name === name)
      if (found) return found
    }
    return null
  }

  async function findIgnoringCase(name: string, call: AdminApiCall): Promise<RegistrationSummary | null> {
    for await (const page of pages(call, {})) {
      const found = page.find((each) => each.name.toLowerCase() === name.toLowerCase())
      if (found) return found
    }
    return null
  }

  return {
    async findRegistration(name, call, { exact = false } = {}) {
      const found = (await findExact(name, call)) ?? (exact ? null : await findIgnoringCase(name, call))
      return found && read(found.odsInstanceId, call)
    },

    readRegistration: read,

    async listRegistrations(call) {
      const all: RegistrationSummary[] = []
      for await (const page of pages(call, {})) all.push(...page)
      return all
    },

    createRegistration: (registration, call) =>
      session.ask((dialect) => dialect.createRegistration(registration), call),

    updateRegistration: (odsInstanceId, change, call) =>
      session.ask((dialect) => dialect.updateRegistration(odsInstanceId, change), call, {
        'not-found': registrationMissing(odsInstanceId),
      }),

    putContexts: putContexts(session, read),

    async deleteRegistration(odsInstanceId, call) {
      const registration = await read(odsInstanceId, call)
      if (!registration) return
      for (const { id } of registration.contexts) {
        await session.ask((dialect) => dialect.deleteContext(id), call, gone)
      }
      for (const { id } of registration.derivatives) {
        await session.ask((dialect) => dialect.deleteDerivative(id), call, gone)
      }
      await session.ask((dialect) => dialect.deleteRegistration(odsInstanceId), call, gone)
    },
  }
}
