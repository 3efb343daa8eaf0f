import { putDerivative, removeDerivative } from '@edfi-tenants/store'
import {
  askedDerivative,
  copiedDerivative,
  copyRecord,
  derivativeTypeOf,
  registerDerivativeOf,
} from '../derivatives/asked-derivative.js'
import { defineStep, type StepContext } from '../engine/define-job.js'

const claimOf = ({ job, ownership }: StepContext) => ({ jobId: job.id, epoch: ownership.epoch })

/** Makes the registration lead to the derivative, in place of the one it takes over from. */
export const registerDerivative = defineStep({
  name: 'register-derivative',
  async run(context) {
    const derivative = askedDerivative(context)
    const registered = await registerDerivativeOf(context, derivative)
    await putDerivative(context.store.database, claimOf(context), { ...derivative, ...registered })
    return {
      result: { derivativeType: derivative.derivativeType, databaseName: derivative.databaseName },
      detail: `The ${derivative.derivativeType} leads to "${derivative.databaseName}".`,
    }
  },
  async undo(context) {
    const { instance, store, signal, fence } = context
    const replaced = copiedDerivative(context)?.replaces
    if (replaced) {
      const before = copyRecord(replaced.databaseName, replaced.identity)
      const registered = await registerDerivativeOf(context, before)
      await putDerivative(store.database, claimOf(context), { ...before, ...registered })
      return { detail: `It leads to "${replaced.databaseName}" again.` }
    }
    const derivativeType = derivativeTypeOf(context)
    if (instance.odsInstanceId !== null)
      await (await context.adminApi()).deleteDerivative(instance.odsInstanceId, derivativeType, { signal, fence })
    await removeDerivative(store.database, claimOf(context), derivativeType)
    return { detail: `There is no ${derivativeType} any more.` }
  },
})
