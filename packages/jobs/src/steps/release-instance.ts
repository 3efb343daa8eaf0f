import { Failure, isFailure } from '@edfi-tenants/core'
import { forgetInstance } from '@edfi-tenants/store'
import { defineStep, type StepContext } from '../engine/define-job.js'
import { applicationsAttached } from '../requests/assert-unused.js'
import { asJson, tombstoneOf } from '../tombstones/tombstone.js'

/** How an instance is to be let go of, as its job's parameters hold it. */
export interface ReleaseParameters {
  /** What becomes of the registration. */
  registration: 'keep' | 'remove'
}

const removes = ({ job }: StepContext): boolean =>
  (job.parameters as unknown as ReleaseParameters).registration === 'remove'

/** Looks whether anything keeps the instance from being let go of; from then on the job only goes forward. */
export const verifyRelease = defineStep({
  name: 'verify-release',
  async run(context) {
    const { instance, signal } = context
    if (instance.deletionProtection)
      throw new Failure('deletion_protected', `Deletion protection was switched on for "${instance.name}".`)
    if (removes(context) && instance.odsInstanceId !== null) {
      const applications = await (await context.adminApi()).listApplications(instance.odsInstanceId, { signal })
      if (applications.length > 0) throw applicationsAttached(instance, applications)
    }
    return { detail: 'Nothing keeps it from being released.' }
  },
})

/** Deletes the registration, where that was asked for and it still has the instance's name. */
export const releaseRegistration = defineStep({
  name: 'release-registration',
  skip: (context) => (removes(context) ? null : 'The registration stays as it is.'),
  async run(context) {
    const { instance, signal, fence } = context
    if (instance.odsInstanceId === null) return { detail: 'There was no registration.' }
    const api = await context.adminApi()
    const found = await api.readRegistration(instance.odsInstanceId, { signal })
    if (!found) return { detail: 'There was no registration left.' }
    if (found.name.toLowerCase() !== instance.name.toLowerCase())
      return { detail: `ODS instance ${found.odsInstanceId} is called "${found.name}"; it was left alone.` }
    await api.deleteRegistration(found.odsInstanceId, { signal, fence })
    return { detail: `ODS instance ${found.odsInstanceId} was deleted in Admin API.` }
  },
})

/** Takes our markers off the instance's databases; nothing in them changes. */
export const releaseDatabases = defineStep({
  name: 'release-database',
  usesServer: true,
  async run(context) {
    const { instance } = context
    const copies = instance.derivatives.filter(({ source }) => source === 'copy')
    // The login can be dropped only while the copies, which know it too, are ours.
    const details = [await release(context, instance.databaseName, instance.loginName)]
    for (const { databaseName } of copies) details.push(await release(context, databaseName, null))
    return { detail: details.join(' ') }
  },
})

async function release(context: StepContext, databaseName: string, loginName: string | null): Promise<string> {
  const { provisioner, server } = await context.database()
  // Without a registration nobody can use the login any more.
  const ownLogin = loginName === null ? {} : { ownLogin: { username: loginName, drop: removes(context) } }
  try {
    await provisioner.releaseDatabase(server, { databaseName, owner: context.ownership, ...ownLogin }, context)
    return `"${databaseName}" stays, and is nobody’s.`
  } catch (error) {
    if (isFailure(error) && error.code === 'database_missing') return `There was no "${databaseName}".`
    if (isFailure(error) && error.code === 'not_our_database')
      return `"${databaseName}" was not ours; it was left alone.`
    throw error
  }
}

/** Ends the record: names free, secrets erased; what it was stays, for whoever asks. */
export const forgetReleased = defineStep({
  name: 'forget-instance',
  async run(context) {
    const { instance, job, ownership, store, fence } = context
    const { name, instanceType, contexts, odsInstanceId, databaseName, server } = instance
    const registration = removes(context) ? 'removed' : 'kept'
    const tombstone = tombstoneOf(instance) ?? {
      name,
      instanceType,
      contexts,
      odsInstanceId,
      derivatives: [],
      mode: 'refuse' as const,
      applications: null,
      previousStatus: instance.status,
    }
    await fence()
    await forgetInstance(store.database, { jobId: job.id, epoch: ownership.epoch })
    const releasedAt = new Date().toISOString()
    return {
      instance: {
        status: 'purged',
        statusReason: `Released: database "${databaseName}" on "${server}" was left as it was, the registration was ${registration}.`,
        nameHeld: false,
        deletedAt: releasedAt,
        purgeAt: null,
        expiresAt: null,
        odsInstanceId: null,
        databaseIdentity: null,
        loginName: null,
        loginPassword: null,
        registeredString: null,
        tombstone: { ...asJson(tombstone), released: { at: releasedAt, databaseName, server, registration } },
      },
      result: { databaseName, server, odsInstanceId, registration },
      detail: 'Nothing is left but the record.',
    }
  },
})
