import type { Registration } from '@edfi-tenants/admin-api'
import type { HealthSubject, RegistrationHealth } from '@edfi-tenants/store'

/** A registration as a list has it, or as it is when read by itself. */
export type FoundRegistration = Pick<Registration, 'name' | 'instanceType'> & Partial<Pick<Registration, 'contexts'>>

/** Whether Admin API has what is on record; contexts only where they were read. */
export function compareRegistration(
  subject: Pick<HealthSubject, 'odsInstanceId' | 'name' | 'instanceType' | 'contexts'>,
  found: FoundRegistration | null | undefined,
): RegistrationHealth {
  // A copy can be made without one.
  if (subject.odsInstanceId === null) return { status: 'unknown', differences: [], reason: 'not_registered' }
  if (!found) return { status: 'missing', differences: [], reason: null }
  const differences = [
    ...(found.name === subject.name ? [] : ['name']),
    ...(found.instanceType === subject.instanceType ? [] : ['instanceType']),
    ...(found.contexts && !areContexts(subject.contexts, found.contexts) ? ['contexts'] : []),
  ]
  return { status: differences.length === 0 ? 'matching' : 'mismatched', differences, reason: null }
}

/** Keys compare without case, as Admin API compares them. */
function areContexts(wanted: Record<string, string>, found: Registration['contexts']): boolean {
  const values = new Map(found.map(({ key, value }) => [key.toLowerCase(), value]))
  const entries = Object.entries(wanted)
  return entries.length === values.size && entries.every(([key, value]) => values.get(key.toLowerCase()) === value)
}
