import type { DatabaseInfo } from '@edfi-tenants/provisioner'
import type { RecordedInstance } from '@edfi-tenants/store'

/** The databases of a server at one moment, as this installation sees them. */
export interface ServerView {
  serverId: string
  server: string
  installationId: string
  databases: readonly DatabaseInfo[]
}

/** The name that an instance's database should have now; null while nothing can be said about it. */
export function expectedName({ status, databaseName, retiredName }: RecordedInstance): string | null {
  if (status === 'active' || status === 'stopped') return databaseName
  // Null where there was no database when it was deleted.
  return status === 'deleted' ? retiredName : null
}

/** Whether a database is marked as an instance's own. */
export const isInstances = (
  { installationId }: Pick<ServerView, 'installationId'>,
  database: DatabaseInfo,
  instanceId: string,
): boolean =>
  database.owner?.installationId === installationId &&
  database.owner.instanceId === instanceId &&
  database.kind === 'instance'
