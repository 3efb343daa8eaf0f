import { isFailure } from '@edfi-tenants/core'
import { retiredName } from '@edfi-tenants/provisioner'
import { startCopies, stopCopies } from '../derivatives/copies.js'
import { defineStep, type StepContext } from '../engine/define-job.js'
import { stepOutput } from '../tombstones/step-output.js'
import { closeWherePossible } from './close-where-possible.js'
import { registeredLogin } from './create-database.js'

/**
 * Ends all use of the database: its sessions, the login's access, and its name, so that what still has the old
 * connection string finds nothing. Where there is no database of ours, the deletion goes on without one.
 */
export const revokeAccess = defineStep({
  name: 'revoke-access',
  usesServer: true,
  async run(context) {
    const { instance, saved, save } = context
    if (!saved) await save({ output: { begun: true } })
    const retired = retiredName(instance.id)
    await stopCopies(context)
    try {
      await retire(context)
    } catch (error) {
      const found = nothingOfOurs(error)
      if (!found) throw error
      return { output: { begun: true, missing: true }, detail: `${found} The deletion goes on without a database.` }
    }
    return {
      output: { begun: true },
      instance: { retiredName: retired },
      detail: `Nobody but us can reach "${instance.databaseName}" any more; it is called "${retired}".`,
    }
  },
  async undo(context) {
    const { instance, saved, job } = context
    if (!saved) return { detail: 'There was no database to give back.' }
    const wasStopped = stepOutput(job, checkProtectionStep)?.['previousStatus'] === 'stopped'
    if (!wasStopped) await startCopies(context)
    if (saved['missing'] === true) return { detail: 'There was no database to give back.' }
    try {
      await revive(context)
    } catch (error) {
      const found = nothingOfOurs(error)
      if (!found) throw error
      return { instance: { retiredName: null }, detail: `${found} There was nothing to give back.` }
    }
    if (wasStopped) await stop(context, instance.databaseName)
    return { instance: { retiredName: null }, detail: `"${instance.databaseName}" can be used as before.` }
  },
})

const checkProtectionStep = 'check-protection'

/** Whether `revoke-access` found no database of ours. */
export const isDatabaseMissing = ({ job }: Pick<StepContext, 'job'>): boolean =>
  stepOutput(job, 'revoke-access')?.['missing'] === true

/** What is to be said when there is no database of ours under the name; null for any other error. */
export const nothingOfOurs = (error: unknown): string | null => {
  if (!isFailure(error)) return null
  if (error.code === 'database_missing') return 'The database was gone already.'
  if (error.code === 'not_our_database') return 'The database of this name is not ours; it was left alone.'
  return null
}

/** Gives the instance's database its retired name. */
export async function retire(context: StepContext): Promise<void> {
  const { provisioner, server, request } = await retirement(context)
  await provisioner.retireDatabase(server, request, context)
}

/** Takes {@link retire} back. */
export async function revive(context: StepContext): Promise<void> {
  const { provisioner, server, request } = await retirement(context)
  await provisioner.reviveDatabase(server, request, context)
}

/** Lets nobody connect to a database of the instance; says whether the engine can. */
export const stop = async (context: StepContext, databaseName: string): Promise<boolean> =>
  closeWherePossible(await context.database(), { databaseName, owner: context.ownership }, context)

async function retirement(context: StepContext) {
  const access = await context.database()
  const { instance, ownership } = context
  const request = {
    databaseName: instance.databaseName,
    retiredName: retiredName(instance.id),
    owner: ownership,
    login: await registeredLogin(context, access),
  }
  return { ...access, request }
}
