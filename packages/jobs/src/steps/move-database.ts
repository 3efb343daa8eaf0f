import { Failure, isFailure } from '@edfi-tenants/core'
import { retiredName } from '@edfi-tenants/provisioner'
import { archiveCounts, countTimeoutMs, differencesFrom } from '../archives/archive-counts.js'
import { pull } from '../archives/pull.js'
import { quietOperation } from '../archives/quiet-operation.js'
import { defineStep, type ServerAccess, type StepContext } from '../engine/define-job.js'
import { atNewPlace, newPlace } from '../relocation/new-place.js'
import { registeredLogin } from './create-database.js'
import { isDatabaseMissing, revokeAccess } from './revoke-access.js'

/** Looks whether the database can be moved at all, before anybody is thrown out. */
export const verifyRelocation = defineStep({
  name: 'verify-relocation',
  usesServer: true,
  async run(context) {
    const { serverId, databaseName } = newPlace(context)
    const [from, to] = [await context.database(), await context.databaseOf(serverId)]
    const format = await commonFormat(context, from, to)
    const probe = { databaseNames: [databaseName], sizes: false }
    const [there] = await to.provisioner.probeDatabases(to.server, probe, context)
    const isOurs = there?.owner?.instanceId === context.instance.id
    if (there && there.state !== 'missing' && !isOurs)
      throw new Failure('database_name_taken', `"${to.server.name}" has a database "${databaseName}" already.`)
    return { detail: `It can be moved to "${to.server.name}" (${format}).` }
  },
})

/** As for a deletion, but for an instance whose database has to be there. */
export const closeDatabase = defineStep({
  ...revokeAccess,
  async run(context) {
    const result = await revokeAccess.run(context)
    if (result.output?.['missing'] === true || isDatabaseMissing(context))
      throw new Failure('database_missing', 'The database of the instance is not there.')
    return result
  },
})

/** Exports the closed database into one on the new server, and compares what is in both. */
export const moveDatabase = defineStep({
  name: 'move-database',
  usesServer: true,
  weight: 6,
  timeoutMs: 12 * 60 * 60_000,
  async run(context) {
    const { instance, ownership: owner, signal, saved, save } = context
    const { databaseName } = newPlace(context)
    const from = await context.database()
    const target = atNewPlace(context)
    const to = await target.database()
    const retired = retiredName(instance.id)
    await assertOtherServer(context, to, retired)
    const format = await commonFormat(context, from, to)
    const count = { databaseName: retired, login: from.server.credentials, statementTimeoutMs: countTimeoutMs }
    const before = await from.provisioner.countDatabase(from.server, count, context)
    const login = await registeredLogin(context, to)
    if (!saved) await save({ output: { begun: true } })
    const chunks = pull(
      (write, stop) =>
        from.provisioner.exportDatabase(from.server, { databaseName: retired }, write, {
          ...quietOperation(context),
          signal: stop,
        }),
      signal,
    )
    const source = { kind: 'export' as const, format, chunks }
    const { identity } = await to.provisioner.createDatabase(to.server, { databaseName, source, owner, login }, context)
    const after = await to.provisioner.countDatabase(to.server, { ...count, databaseName, login }, context)
    const differences = differencesFrom(archiveCounts(before, null), after)
    if (differences.length > 0)
      throw new Failure('archive_differs', `The moved database differs: ${differences.join('; ')}.`)
    return {
      output: { begun: true, identity },
      detail: `"${databaseName}" on "${to.server.name}" has what "${instance.databaseName}" had (${after.countsMode} counts).`,
    }
  },
  async undo(context) {
    if (!context.saved) return { detail: 'Nothing had been made on the new server.' }
    const { provisioner, server, sharedLogin } = await atNewPlace(context).database()
    const { loginName } = context.instance
    const request = {
      databaseName: newPlace(context).databaseName,
      owner: context.ownership,
      ...(sharedLogin === null && loginName !== null ? { ownLogin: loginName } : {}),
    }
    try {
      const { dropped } = await provisioner.dropDatabase(server, request, context)
      const detail = dropped.length > 0 ? `Dropped ${dropped.join(', ')}.` : 'There was nothing of ours to drop.'
      // Where it came from no instance has a login of its own.
      const { sharedLogin: sharedHere } = await context.database()
      return { ...(sharedHere ? { instance: { loginName: null, loginPassword: null } } : {}), detail }
    } catch (error) {
      if (isFailure(error) && error.code === 'not_our_database')
        return { detail: 'A database of this name is not ours; it was left alone.' }
      throw error
    }
  },
})

/** Drops what was left behind, once the record leads to the new server. */
export const removeOldDatabase = defineStep({
  name: 'remove-old-database',
  usesServer: true,
  timeoutMs: 30 * 60_000,
  async run(context) {
    const { instance, ownership: owner } = context
    const { provisioner, server, sharedLogin } = await context.database()
    const { loginName } = instance
    const { dropped } = await provisioner.dropDatabase(
      server,
      {
        databaseName: retiredName(instance.id),
        owner,
        ...(sharedLogin === null && loginName !== null ? { ownLogin: loginName } : {}),
      },
      context,
    )
    const { sharedLogin: sharedThere } = await atNewPlace(context).database()
    return {
      ...(sharedThere ? { instance: { loginName: null, loginPassword: null } } : {}),
      detail: dropped.length > 0 ? `Dropped ${dropped.join(', ')}.` : 'There was nothing left to drop.',
    }
  },
})

/** Two records can lead to one server: there, what is dropped at the end would be what was just made. */
async function assertOtherServer(context: StepContext, to: ServerAccess, retired: string): Promise<void> {
  const [seen] = await to.provisioner.probeDatabases(to.server, { databaseNames: [retired], sizes: false }, context)
  if (seen && seen.state !== 'missing')
    throw new Failure(
      'not_supported',
      `"${to.server.name}" is the same database server as "${context.instance.server}".`,
    )
}

async function commonFormat(context: StepContext, from: ServerAccess, to: ServerAccess): Promise<string> {
  const given = await from.provisioner.exportFormats(from.server, context)
  const taken = await to.provisioner.exportFormats(to.server, context)
  const format = given.find((each) => taken.includes(each))
  if (format === undefined)
    throw new Failure('not_supported', 'This worker has no program that could carry the database to the other server.')
  return format
}
