import { isFailure } from '@edfi-tenants/core'
import { snapshotName } from '@edfi-tenants/provisioner'
import { copySource } from '../copies/copy-source.js'
import {
  copiedDerivative,
  copyStepName,
  derivativeOnRecord,
  type CopiedDerivative,
} from '../derivatives/asked-derivative.js'
import { defineStep, type StepContext } from '../engine/define-job.js'
import { registeredLogin } from './create-database.js'

/** Copies the instance's database as it is now, beside a snapshot that there may be. */
export const copyDerivative = defineStep({
  name: copyStepName,
  usesServer: true,
  weight: 6,
  timeoutMs: 6 * 60 * 60_000,
  skip: ({ job }) => (job.parameters['registered'] === undefined ? null : 'The database is the operator’s own.'),
  async run(context) {
    const { instance, job, ownership, save } = context
    const access = await context.database()
    const copy = copiedDerivative(context) ?? plannedCopy(context)
    await save({ output: { ...copy } })
    const created = await access.provisioner.createDatabase(
      access.server,
      {
        databaseName: copy.databaseName,
        source: await copySource(context, {
          source: instance,
          target: access,
          allowDowntime: job.parameters['allowDowntime'] === true,
        }),
        kind: 'derivative',
        owner: ownership,
        login: await registeredLogin(context, access),
      },
      context,
    )
    return {
      output: { ...copy, identity: created.identity },
      detail: `"${copy.databaseName}" was copied from "${instance.databaseName}" (${created.method}).`,
    }
  },
  async undo(context) {
    const copy = copiedDerivative(context)
    if (!copy) return { detail: 'Nothing had been copied.' }
    await dropDerivativeDatabase(context, copy.databaseName)
    return { detail: `"${copy.databaseName}" is gone.` }
  },
})

/** The new copy never has the name of the one that is in use. */
function plannedCopy(context: StepContext): CopiedDerivative {
  const onRecord = derivativeOnRecord(context)
  const name = snapshotName(context.instance.id)
  const replaces =
    onRecord?.source === 'copy' ? { databaseName: onRecord.databaseName, identity: onRecord.databaseIdentity } : null
  return { databaseName: replaces?.databaseName === name ? `${name}_b` : name, identity: null, replaces }
}

/** Drops a snapshot of the instance; one that is gone, or another's by now, is left alone. */
export async function dropDerivativeDatabase(context: StepContext, databaseName: string): Promise<void> {
  const { provisioner, server } = await context.database()
  try {
    await provisioner.dropDatabase(server, { databaseName, owner: context.ownership }, context)
  } catch (error) {
    if (!isFailure(error) || error.code !== 'not_our_database') throw error
  }
}
