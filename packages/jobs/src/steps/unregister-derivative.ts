import { derivativeOnRecord, derivativeTypeOf, registerDerivativeOf } from '../derivatives/asked-derivative.js'
import { defineStep } from '../engine/define-job.js'

/** Takes the derivative out of the registration; its record stays until its database is gone too. */
export const unregisterDerivative = defineStep({
  name: 'unregister-derivative',
  async run(context) {
    const { instance, signal, fence } = context
    const derivativeType = derivativeTypeOf(context)
    if (instance.odsInstanceId !== null)
      await (await context.adminApi()).deleteDerivative(instance.odsInstanceId, derivativeType, { signal, fence })
    return { detail: `Admin API has no ${derivativeType} of the instance any more.` }
  },
  async undo(context) {
    const onRecord = derivativeOnRecord(context)
    if (onRecord) await registerDerivativeOf(context, onRecord)
    return { detail: 'It is registered as before.' }
  },
})
