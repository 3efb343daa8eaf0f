import { listCredentials, removeCredentials, saveCredential } from '@edfi-tenants/store'
import { askedApplications } from '../applications/asked-application.js'
import { attachApplication, detachApplication } from '../applications/attach-application.js'
import { attachedApplications } from '../applications/attached-applications.js'
import { issueApplication } from '../applications/issue-application.js'
import { defineStep } from '../engine/define-job.js'

/**
 * Gives the instance the applications that were asked for: new ones are made and their secrets kept, sealed, until they are
 * fetched; those that are there serve this instance too.
 */
export const issueCredentials = defineStep({
  name: 'issue-credentials',
  skip: (context) => (askedApplications(context).length === 0 ? 'No applications were asked for.' : null),
  async run(context) {
    const { instance, job, store, ownership } = context
    const asked = askedApplications(context)
    const api = await context.adminApi()
    const onRecord = await listCredentials(store.database, instance.id)
    for (const [position, application] of asked.entries()) {
      if ('applicationName' in application) {
        const earlier = onRecord.find((row) => row.position === position && row.origin === 'issued')
        await issueApplication(context, api, position, application, earlier)
        continue
      }
      const attached = await attachApplication(context, api, application)
      await saveCredential(
        store,
        { jobId: job.id, epoch: ownership.epoch },
        { position, origin: 'attached', secret: null, ...attached },
      )
    }
    const issued = asked.filter((application) => 'applicationName' in application).length
    return { detail: `${issued} applications were made, ${asked.length - issued} attached.` }
  },
  async undo(context) {
    const { instance, job, store, ownership, signal, fence } = context
    const api = await context.adminApi()
    const credentials = await listCredentials(store.database, instance.id)
    const { ours } = await attachedApplications(api, instance, credentials, { signal })
    for (const { applicationId } of ours) await api.deleteApplication(applicationId, { signal, fence })
    for (const application of askedApplications(context))
      if (!('applicationName' in application)) await detachApplication(context, api, application)
    await removeCredentials(store.database, { jobId: job.id, epoch: ownership.epoch })
    return { detail: `${ours.length} applications of ours were deleted, others no longer serve the instance.` }
  },
})
