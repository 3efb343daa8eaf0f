import { Failure } from '@edfi-tenants/core'
import { parsePrivateName, privateName } from '@edfi-tenants/provisioner'
import { readOnRecord } from '@edfi-tenants/store'
import { defineStep, type StepContext } from '../engine/define-job.js'
import { isGone, type UnwantedDatabase } from '../reconciliation/compare-databases.js'
import { lookAtServer } from '../reconciliation/look-at-server.js'
import { ownLoginName } from './create-database.js'

/**
 * Drops a database of ours that nothing on record wants, after having looked once more whether that still holds. What is
 * dropped is what was found: by its marker's owner, and by the server's own identity of it.
 */
export const purgeFoundDatabase = defineStep({
  name: 'remove-database',
  usesServer: true,
  timeoutMs: 30 * 60_000,
  async run(context) {
    const wanted = context.job.parameters as unknown as UnwantedDatabase
    const { databaseName, identity, ownerId, serverId } = wanted
    const { findings, databases } = await lookAtServer(context, serverId, {
      covers: () => false,
      tellsOfDatabases: true,
      opensUnmarked: false,
    })
    if (!databases.some((each) => each.identity === identity))
      return { detail: `"${databaseName}" is not there any more.` }
    const isUnwanted = findings.some(
      ({ kind, data }) =>
        kind === 'database_without_record' &&
        data['identity'] === identity &&
        data['databaseName'] === databaseName &&
        data['ownerId'] === ownerId,
    )
    if (!isUnwanted)
      throw new Failure('finding_not_open', `"${databaseName}" is not as it was found; it was left alone.`)
    const { provisioner, server } = await context.database()
    const owner = { ...context.ownership, instanceId: ownerId }
    // By a private name whatever is left unfinished of the same owner is found, marked or not.
    const isUnfinished = parsePrivateName(databaseName) !== null
    const { dropped } = await provisioner.dropDatabase(
      server,
      {
        ...(isUnfinished ? { databaseName: privateName(owner) } : { databaseName, identity }),
        owner,
        ...(await ownLoginOf(context, wanted)),
      },
      context,
    )
    if (!dropped.includes(databaseName))
      throw new Failure('not_our_database', `"${databaseName}" was made under a later claim; it was left alone.`)
    return { result: { dropped }, detail: `Dropped ${dropped.join(', ')}.` }
  },
})

/** The login that its instance had for itself, where nothing is left of the instance. */
async function ownLoginOf(
  { store }: StepContext,
  { ownerId, databaseKind }: UnwantedDatabase,
): Promise<{ ownLogin?: string }> {
  const instance = (await readOnRecord(store.database)).instances.get(ownerId)
  return databaseKind === 'instance' && instance && isGone(instance) ? { ownLogin: ownLoginName(instance) } : {}
}
