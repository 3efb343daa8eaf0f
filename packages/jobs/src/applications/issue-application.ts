import { Failure } from '@edfi-tenants/core'
import type { AdminApi } from '@edfi-tenants/admin-api'
import { saveCredential, type CredentialRow } from '@edfi-tenants/store'
import type { StepContext } from '../engine/define-job.js'
import type { NewAskedApplication } from './asked-application.js'
import { privateApplicationName } from './attached-applications.js'
import { oneAtATime } from './one-at-a-time.js'

/**
 * Makes an application for the job's instance, whose secret Admin API shows only once: under a name that only we can have
 * made, until key and secret are on record, then renamed. One found by that name whose secret is not on record is deleted
 * and made anew, since nobody knows its secret; one that is on record is only renamed.
 */
export async function issueApplication(
  context: StepContext,
  api: AdminApi,
  position: number,
  asked: NewAskedApplication,
  onRecord: CredentialRow | undefined,
): Promise<void> {
  const { instance, job, store, ownership, signal, fence } = context
  const odsInstanceId = instance.odsInstanceId
  if (odsInstanceId === null) throw new Failure('registration_missing', 'No registration is on record.')
  const issued = onRecord?.applicationId == null ? null : await api.readApplication(onRecord.applicationId, { signal })
  const applicationId = issued?.applicationId ?? (await make(odsInstanceId))
  const application = issued ?? (await api.readApplication(applicationId, { signal }))
  if (!application)
    throw new Failure('application_missing', `The application ${applicationId} that was just made is gone.`)
  if (application.applicationName !== asked.applicationName)
    await api.updateApplication({ ...application, applicationName: asked.applicationName }, { signal, fence })

  async function make(servedId: number): Promise<number> {
    const vendorId = await vendorOf(context, api, asked.vendor)
    const name = privateApplicationName(instance.id, position)
    for (const lost of await api.listApplications(servedId, { signal }))
      if (lost.applicationName === name) await api.deleteApplication(lost.applicationId, { signal, fence })
    const made = await api.createApplication(
      {
        applicationName: name,
        vendorId,
        claimSetName: asked.claimSetName,
        educationOrganizationIds: [...asked.educationOrganizationIds],
        profileIds: [...(asked.profileIds ?? [])],
        odsInstanceIds: [servedId],
      },
      { signal, fence },
    )
    await saveCredential(
      store,
      { jobId: job.id, epoch: ownership.epoch },
      {
        position,
        origin: 'issued',
        applicationId: made.applicationId,
        applicationName: asked.applicationName,
        apiClientId: null,
        key: made.key,
        secret: made.secret,
      },
    )
    return made.applicationId
  }
}

/** The id of the vendor; made when there is none of the company, by one of all who want it at the same time. */
async function vendorOf(context: StepContext, api: AdminApi, vendor: NewAskedApplication['vendor']): Promise<number> {
  const { signal, fence } = context
  if ('id' in vendor) {
    const found = await api.readVendor(vendor.id, { signal })
    if (found) return found.vendorId
    throw new Failure('application_missing', `Admin API has no vendor with the id ${vendor.id}.`)
  }
  const { company, namespacePrefixes, contactName, contactEmailAddress } = vendor
  const find = () => api.findVendor(company, { signal })
  const found = await find()
  if (found !== null) return found
  return oneAtATime(
    context,
    `vendor/${company.trim().toLowerCase()}`,
    async () =>
      (await find()) ??
      (await api.createVendor(
        { company, namespacePrefixes: [...namespacePrefixes], contactName, contactEmailAddress },
        { signal, fence },
      )),
  )
}
