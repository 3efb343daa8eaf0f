import type { AdminApi, AdminApiCall, Registration } from './admin-api.js'
import { gone, registrationMissing } from './missing.js'
import type { Session } from './session.js'

const rounds = 3

/** What can be done with the derivatives of a registration. Their types are the same when they differ only in case. */
export function derivativeCalls(session: Session): Pick<AdminApi, 'putDerivative' | 'deleteDerivative'> {
  const read = (odsInstanceId: number, call: AdminApiCall): Promise<Registration | null> =>
    session.ask((dialect) => dialect.readRegistration(odsInstanceId), call, { 'not-found': () => null })

  return {
    async putDerivative(odsInstanceId, derivative, call) {
      // An answer that got lost, or somebody else, may have made or removed it since it was read; then we read again.
      for (let round = 1; ; round++) {
        const registration = (await read(odsInstanceId, call)) ?? registrationMissing(odsInstanceId)()
        const [present] = registration.derivatives.filter(sameType(derivative.derivativeType))
        const outdated = round < rounds ? () => 'outdated' as const : undefined
        const outcome = await session.ask(
          (dialect) =>
            present
              ? dialect.updateDerivative(odsInstanceId, { ...derivative, id: present.id })
              : dialect.createDerivative(odsInstanceId, derivative),
          call,
          {
            'derivative-taken': outdated,
            'not-found': present ? outdated : registrationMissing(odsInstanceId),
          },
        )
        if (outcome !== 'outdated') return
      }
    },

    async deleteDerivative(odsInstanceId, derivativeType, call) {
      const registration = await read(odsInstanceId, call)
      for (const { id } of registration?.derivatives.filter(sameType(derivativeType)) ?? []) {
        await session.ask((dialect) => dialect.deleteDerivative(id), call, gone)
      }
    },
  }
}

const sameType = (derivativeType: string) => (each: { derivativeType: string }) =>
  each.derivativeType.toLowerCase() === derivativeType.toLowerCase()
