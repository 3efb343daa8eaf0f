import { forgetInstance } from '@edfi-tenants/store'
import { defineStep } from '../engine/define-job.js'
import { asJson, tombstoneOf } from '../tombstones/tombstone.js'

/** Erases every secret of the instance. Its record stays, for whoever asks what has become of it. */
export const forgetSecrets = defineStep({
  name: 'forget-secrets',
  async run({ instance, job, ownership, store, fence }) {
    await fence()
    await forgetInstance(store.database, { jobId: job.id, epoch: ownership.epoch })
    const tombstone = tombstoneOf(instance)
    return {
      instance: {
        status: 'purged',
        statusReason: null,
        purgeAt: null,
        odsInstanceId: null,
        databaseIdentity: null,
        loginName: null,
        loginPassword: null,
        registeredString: null,
        ...(tombstone ? { tombstone: asJson({ ...tombstone, derivatives: [], applications: null }) } : {}),
      },
      detail: 'Nothing is left but the record.',
    }
  },
})
