import type { Operation, OwnDatabase } from '@edfi-tenants/provisioner'
import type { ServerAccess } from '../engine/define-job.js'

type Access = Pick<ServerAccess, 'provisioner' | 'server'>

const canStop = ({ provisioner }: Access): boolean => provisioner.manifest.capabilities.supportsStop

/**
 * Lets nobody onto a database that has no users any more (a retired one, an archive) or follows its instance (a copy that
 * a derivative leads to). Where the engine cannot stop databases it stays as it is; whether an instance itself can be
 * stopped is decided when that is asked for. Says whether it is closed.
 */
export async function closeWherePossible(access: Access, request: OwnDatabase, operation: Operation): Promise<boolean> {
  if (!canStop(access)) return false
  await access.provisioner.stopDatabase(access.server, request, operation)
  return true
}

/** Takes {@link closeWherePossible} back. */
export async function openWherePossible(access: Access, request: OwnDatabase, operation: Operation): Promise<void> {
  if (canStop(access)) await access.provisioner.startDatabase(access.server, request, operation)
}
