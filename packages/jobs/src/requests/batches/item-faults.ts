import type { Failure, FieldFault, ProblemCode } from '@edfi-tenants/core'

/** Which field of an item a failure speaks of, where it does not say so itself. */
const fields: Partial<Record<ProblemCode, string>> = {
  unknown_tenant: '/tenant',
  unknown_server: '/server',
  no_server: '/server',
  engine_mismatch: '/server',
  unknown_template: '/template',
  unknown_seed_bundle: '/seed',
  instance_exists: '/name',
  name_taken: '/name',
  database_name_taken: '/databaseName',
  instance_limit_reached: '/tenant',
  confirmation_required: '/confirm',
  deletion_protected: '/instanceId',
  instance_deleted: '/instanceId',
  instance_not_active: '/instanceId',
  instance_not_stopped: '/instanceId',
  not_found: '/instanceId',
}

/**
 * What is wrong with an item, from the failure that a single request would have had. `pointer` is where the item stands,
 * for example `/items/3`; `about` the field that is meant where the failure says nothing of it.
 */
export function itemFaults(failure: Failure, pointer: string, about = ''): FieldFault[] {
  const listed = failure.errors ?? (failure.extensions['errors'] as FieldFault[] | undefined)
  if (listed && listed.length > 0)
    return listed.map(({ pointer: inside, detail }) => ({ pointer: pointer + inside, detail, code: failure.code }))
  return [{ pointer: pointer + (fields[failure.code] ?? about), detail: failure.message, code: failure.code }]
}

/** Faults in the order of the items, each once. */
export function inItemOrder(faults: readonly FieldFault[]): FieldFault[] {
  const unique = new Map(faults.map((fault) => [`${fault.pointer}\n${fault.detail}`, fault]))
  return [...unique.values()].sort((a, b) => a.pointer.localeCompare(b.pointer, 'en', { numeric: true }))
}
