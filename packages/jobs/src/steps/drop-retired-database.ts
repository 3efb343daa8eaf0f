import { isFailure } from '@edfi-tenants/core'
import { retiredName, type DropDatabase } from '@edfi-tenants/provisioner'
import { defineStep, type StepContext } from '../engine/define-job.js'

/** Drops what is left of the instance on its database server: its database, its snapshot, and its own login. */
export const dropRetiredDatabase = defineStep({
  name: 'drop-database',
  usesServer: true,
  timeoutMs: 30 * 60_000,
  async run(context) {
    const { instance } = context
    // The login can be dropped only once nothing depends on it any more.
    const snapshots = instance.derivatives.filter(({ source }) => source === 'copy')
    const details: string[] = []
    for (const { databaseName } of snapshots) details.push(await drop(context, { databaseName }))
    details.push(
      await drop(context, {
        databaseName: retiredName(instance.id),
        ...(instance.loginName ? { ownLogin: instance.loginName } : {}),
      }),
    )
    return { detail: details.join(' ') }
  },
})

async function drop(context: StepContext, request: Omit<DropDatabase, 'owner'>): Promise<string> {
  const { provisioner, server } = await context.database()
  try {
    const { dropped } = await provisioner.dropDatabase(server, { ...request, owner: context.ownership }, context)
    return dropped.length > 0 ? `Dropped ${dropped.join(', ')}.` : `There was no "${request.databaseName}" of ours.`
  } catch (error) {
    if (isFailure(error) && error.code === 'not_our_database')
      return `"${request.databaseName}" is not ours; it was left alone.`
    throw error
  }
}
