import { Failure } from '@edfi-tenants/core'
import { defineStep } from '../engine/define-job.js'

/** Reads the registration back from Admin API and compares it with what was to be registered. */
export const verifyRegistration = defineStep({
  name: 'verify-registration',
  async run({ instance, adminApi, signal }) {
    // A copy can be made without one.
    if (instance.odsInstanceId === null) return { detail: 'It is not registered with Admin API.' }
    const found = await (await adminApi()).readRegistration(instance.odsInstanceId, { signal })
    if (!found) throw new Failure('registration_missing', `Admin API has no ODS instance ${instance.odsInstanceId}.`)
    const differences = [
      ...(found.name === instance.name ? [] : ['name']),
      ...(found.instanceType === instance.instanceType ? [] : ['instanceType']),
      ...differentContexts(
        instance.contexts,
        new Map(found.contexts.map((context) => [context.key.toLowerCase(), context.value])),
      ),
    ]
    if (differences.length > 0)
      throw new Failure('registration_differs', `Admin API gives back something else for: ${differences.join(', ')}.`)
    return { detail: `Admin API gives back ODS instance ${instance.odsInstanceId} as it was registered.` }
  },
})

/** Keys compare without case, as Admin API compares them. */
function differentContexts(wanted: Record<string, string>, found: Map<string, string>): string[] {
  const missing = Object.entries(wanted).filter(([key, value]) => found.get(key.toLowerCase()) !== value)
  return [
    ...missing.map(([key]) => `contexts.${key}`),
    ...(found.size > Object.keys(wanted).length ? ['contexts'] : []),
  ]
}
