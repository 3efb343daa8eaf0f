import { Failure } from '@edfi-tenants/core'
import { defineStep, type StepContext } from '../engine/define-job.js'
import { registeredLogin } from './create-database.js'

/** What a re-registration is asked for besides its instance, as its job's parameters hold it. */
export interface ReregisterParameters {
  /** The registration that is to be the instance's, whatever its name is. */
  odsInstanceId?: number
  /** The name that the instance's database has now. */
  databaseName?: string
}

/** The parameters of this job. */
export const reregisterParameters = ({ job }: Pick<StepContext, 'job'>): ReregisterParameters => job.parameters

/** Looks whether the database that is to be taken for the instance's is there, and is nobody else's. */
export const verifyClaim = defineStep({
  name: 'verify-claim',
  usesServer: true,
  skip: (context) => nothingToClaim(context),
  async run(context) {
    const { databaseName = '' } = reregisterParameters(context)
    const { provisioner, server } = await context.database()
    const [found] = await provisioner.probeDatabases(server, { databaseNames: [databaseName], sizes: false }, context)
    if (!found || found.state === 'missing')
      throw new Failure('database_missing', `There is no database "${databaseName}".`)
    const { installationId, instanceId } = context.ownership
    if (found.owner && (found.owner.installationId !== installationId || found.owner.instanceId !== instanceId))
      throw new Failure('not_our_database', `"${databaseName}" is marked as another’s; it was not touched.`)
    return { detail: `"${databaseName}" is there${found.owner ? '' : ', and nobody has marked it'}.` }
  },
})

/** Marks the database as the instance's, and puts its name on record. */
export const claimDatabase = defineStep({
  name: 'claim-database',
  usesServer: true,
  skip: (context) => nothingToClaim(context),
  async run(context) {
    const { databaseName = '' } = reregisterParameters(context)
    const access = await context.database()
    const request = { databaseName, owner: context.ownership, login: await registeredLogin(context, access) }
    const { identity } = await access.provisioner.adoptDatabase(access.server, request, context)
    return {
      instance: { databaseName, databaseIdentity: identity },
      detail: `"${databaseName}" is the instance’s database.`,
    }
  },
})

const nothingToClaim = (context: StepContext): string | null =>
  reregisterParameters(context).databaseName === undefined ? 'The database on record stays.' : null
