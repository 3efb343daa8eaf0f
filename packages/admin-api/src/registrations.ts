import { Failure } from '@edfi-tenants/core'
import type { AdminApi, AdminApiCall, Registration } from './admin-api.js'
import { planContexts } from './plan-contexts.js'
import type { Session } from './session.js'

/** Registrations asked for at a time, and how many pages are read before we stop believing in an end. */
const pageSize = 200
const maxPages = 500

const contextRounds = 3

const gone = { 'not-found': () => undefined }
const isMissing = (odsInstanceId: number) => () => {
  throw new Failure('registration_missing', `Admin API has no ODS instance with the id ${odsInstanceId}.`)
}

/** The operations on registrations, put together from the requests of whatever dialect the session speaks. */
export function createAdminApi(session: Session): AdminApi {
  const read = (odsInstanceId: number, call: AdminApiCall): Promise<Registration | null> =>
    session.ask((dialect) => dialect.readRegistration(odsInstanceId), call, { 'not-found': () => null })

  return {
    information: (call) => session.information(call),

    async checkTenant(call) {
      await session.information(call)
      await session.ask((dialect) => dialect.listRegistrations({ offset: 0, limit: 1 }), call)
    },

    async findRegistration(name, call) {
      const seen = new Set<number>()
      for (let page = 0; page < maxPages; page++) {
        const offset = seen.size
        const list = await session.ask((dialect) => dialect.listRegistrations({ name, offset, limit: pageSize }), call)
        // The filter obeys the database's collation, or is ignored by old versions: only this comparison decides.
        const found = list.find((each) => each.name === name)
        if (found) return read(found.id, call)
        if (list.length === 0) return null
        for (const { id } of list) seen.add(id)
        if (seen.size === offset) break
      }
      throw new Failure('admin_api_unexpected', 'Admin API’s list of ODS instances does not end.')
    },

    readRegistration: read,

    createRegistration: (registration, call) =>
      session.ask((dialect) => dialect.createRegistration(registration), call),

    updateRegistration: (odsInstanceId, change, call) =>
      session.ask((dialect) => dialect.updateRegistration(odsInstanceId, change), call, {
        'not-found': isMissing(odsInstanceId),
      }),

    async putContexts(odsInstanceId, contexts, call) {
      // What was read may be outdated by an answer that got lost; then a change meets what is there, and we read again.
      for (let round = 1; ; round++) {
        const registration = (await read(odsInstanceId, call)) ?? isMissing(odsInstanceId)()
        const plan = planContexts(registration.contexts, contexts)
        const outdated: string[] = []
        const readAgain = (key: string) => (round < contextRounds ? () => outdated.push(key) : undefined)

        for (const { id } of plan.surplus) {
          await session.ask((dialect) => dialect.deleteContext(id), call, gone)
        }
        for (const context of plan.different) {
          await session.ask((dialect) => dialect.updateContext(odsInstanceId, context), call, {
            'context-taken': readAgain(context.key),
            'not-found': readAgain(context.key),
          })
        }
        for (const context of plan.missing) {
          await session.ask((dialect) => dialect.createContext(odsInstanceId, context), call, {
            'context-taken': readAgain(context.key),
            'not-found': isMissing(odsInstanceId),
          })
        }
        if (outdated.length === 0) return
      }
    },

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
