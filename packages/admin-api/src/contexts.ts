import type { AdminApi } from './admin-api.js'
import { gone, registrationMissing } from './missing.js'
import { planContexts } from './plan-contexts.js'
import type { Session } from './session.js'

const rounds = 3

/** Makes the contexts of a registration exactly those that are wanted. */
export const putContexts =
  (session: Session, read: AdminApi['readRegistration']): AdminApi['putContexts'] =>
  async (odsInstanceId, contexts, call) => {
    // What was read may be outdated by an answer that got lost; then a change meets what is there, and we read again.
    for (let round = 1; ; round++) {
      const registration = (await read(odsInstanceId, call)) ?? registrationMissing(odsInstanceId)()
      const plan = planContexts(registration.contexts, contexts)
      const outdated: string[] = []
      const readAgain = (key: string) => (round < rounds ? () => outdated.push(key) : undefined)

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
          'not-found': registrationMissing(odsInstanceId),
        })
      }
      if (outdated.length === 0) return
    }
  }
