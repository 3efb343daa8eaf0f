import type { FindingAction, JsonObject } from '@edfi-tenants/core'
import { archiveName, parsePrivateName, type DatabaseInfo } from '@edfi-tenants/provisioner'
import type { NewFinding, OnRecord, RecordedInstance } from '@edfi-tenants/store'
import { expectedName, isInstances, type ServerView } from './server-view.js'

/** What dropping such a database needs; stands in the finding. */
export interface UnwantedDatabase {
  serverId: string
  databaseName: string
  identity: string
  /** Whose it is by its marker, or by its name. */
  ownerId: string
  databaseKind: string
}

/**
 * Databases that this installation made and that nothing on record wants any more. Those of other installations, and
 * unmarked ones that others may have made, are never among them.
 */
export function compareDatabases(view: ServerView, records: OnRecord): NewFinding[] {
  return view.databases.flatMap((database) => {
    if (database.isTemplate) return []
    const reason = database.owner
      ? database.owner.installationId === view.installationId
        ? whyUnwanted(view, records, database, database.owner.instanceId)
        : null
      : whyLeftOver(records, database.name)
    const ownerId = database.owner?.instanceId ?? parsePrivateName(database.name)?.instanceId
    return reason === null || ownerId === undefined ? [] : [finding(view, records, database, ownerId, reason)]
  })
}

function finding(
  view: ServerView,
  records: OnRecord,
  database: DatabaseInfo,
  ownerId: string,
  detail: string,
): NewFinding {
  const instance = records.instances.get(ownerId)
  const data: UnwantedDatabase = {
    serverId: view.serverId,
    databaseName: database.name,
    identity: database.identity,
    ownerId,
    databaseKind: database.kind ?? 'instance',
  }
  // What is finished and has lost its record may still be somebody's data.
  const isWhole = database.kind === 'instance' && parsePrivateName(database.name) === null
  const actions: FindingAction[] = isWhole && (!instance || isGone(instance)) ? ['purge', 'adopt'] : ['purge']
  return {
    kind: 'database_without_record',
    server: view.server,
    environment: null,
    tenant: null,
    subject: database.name,
    instanceId: instance?.id ?? null,
    detail,
    data: data as unknown as JsonObject,
    actions,
  }
}

/** Whether nothing of an instance is kept on purpose. */
export const isGone = ({ status, nameHeld }: RecordedInstance): boolean =>
  status === 'purged' || (status === 'failed' && !nameHeld)

/** Whether what there is of it cannot be judged now: it is being worked on, or was kept as it is. */
const isUnsettled = (instance: RecordedInstance): boolean =>
  instance.busy ||
  instance.status === 'provisioning' ||
  instance.status === 'deleting' ||
  (instance.status === 'failed' && instance.nameHeld)

/** Why an unmarked database is left over from one of our instances; null: it is not, or it may be another's. */
function whyLeftOver(records: OnRecord, name: string): string | null {
  const instance = records.instances.get(parsePrivateName(name)?.instanceId ?? '')
  return instance && !isUnsettled(instance) ? 'It was left unfinished by a job that has ended.' : null
}

function whyUnwanted(view: ServerView, records: OnRecord, database: DatabaseInfo, ownerId: string): string | null {
  const { name } = database
  const instance = records.instances.get(ownerId)
  switch (database.kind) {
    case 'instance': {
      if (!instance) return 'It is marked as the database of an instance that is not on record.'
      if (isUnsettled(instance)) return null
      if (parsePrivateName(name)) return 'It was left unfinished by a job that has ended.'
      if (isGone(instance)) return `Its instance is ${instance.status}.`
      const expected = expectedName(instance)
      if (expected === null) return 'Its instance was deleted when it was not there.'
      const isThere = view.databases.some((each) => each.name === expected && isInstances(view, each, ownerId))
      // Otherwise it is the instance's database under another name.
      return name !== expected && isThere ? 'Its instance has another database.' : null
    }
    case 'derivative':
      if (!instance) return 'It is a copy of an instance that is not on record.'
      if (isUnsettled(instance) || (!isGone(instance) && instance.copies.includes(name))) return null
      return 'It is a copy of an instance that no longer has it.'
    case 'archive': {
      const archive = records.archives.get(ownerId)
      if (!archive) return 'It is an archive that is not on record.'
      if (records.instances.get(archive.instanceId)?.busy) return null
      return archive.wanted && name === archiveName(ownerId) ? null : 'It is an archive that was deleted or has failed.'
    }
    case 'scratch':
      return records.jobs.has(ownerId) ? null : 'It was to be thrown away by a job that has ended.'
    case 'tenant':
      return records.provisions.has(ownerId) ? null : 'It was made for a tenant that does not have it on record.'
    case null:
      return null
  }
}
