import { Failure } from '@edfi-tenants/core'
import type { AdminApi, AdminApiCall } from '@edfi-tenants/admin-api'
import type { InstanceRow } from '@edfi-tenants/store'

/**
 * Fails with `ambiguous_context`, naming the other one, when a credential that serves these instances could not tell the
 * given one from one of them. ODS/API takes the first instance all of whose contexts are in the route, ignoring case: so
 * two are alike when the contexts of one are among those of the other, and one without contexts is like any.
 */
export async function assertUnambiguous(
  api: AdminApi,
  instance: Pick<InstanceRow, 'name' | 'contexts' | 'odsInstanceId'>,
  odsInstanceIds: readonly number[],
  call: AdminApiCall,
): Promise<void> {
  for (const odsInstanceId of new Set(odsInstanceIds)) {
    if (odsInstanceId === instance.odsInstanceId) continue
    const other = await api.readRegistration(odsInstanceId, { signal: call.signal })
    if (!other) continue
    if (areAlike(instance.contexts, Object.fromEntries(other.contexts.map(({ key, value }) => [key, value]))))
      throw new Failure(
        'ambiguous_context',
        `The credential already serves ODS instance ${odsInstanceId}, whose contexts cannot be told from those of "${instance.name}".`,
        { extensions: { odsInstanceId } },
      )
  }
}

/** Whether one credential could not tell two instances with these contexts apart. */
export function areAlike(some: Record<string, string>, others: Record<string, string>): boolean {
  const [first, second] = [pairsOf(some), pairsOf(others)]
  return isWithin(first, second) || isWithin(second, first)
}

const pairsOf = (contexts: Record<string, string>): Set<string> =>
  new Set(Object.entries(contexts).map(([key, value]) => JSON.stringify([key.toLowerCase(), value.toLowerCase()])))

const isWithin = (some: Set<string>, all: Set<string>): boolean => [...some].every((pair) => all.has(pair))
