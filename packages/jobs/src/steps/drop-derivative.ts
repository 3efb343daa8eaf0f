import { removeDerivative } from '@edfi-tenants/store'
import { copiedDerivative, derivativeOnRecord, derivativeTypeOf } from '../derivatives/asked-derivative.js'
import { waitForCaches } from '../derivatives/cache-wait.js'
import { defineStep } from '../engine/define-job.js'
import { dropDerivativeDatabase } from './copy-derivative.js'

/** Drops the copy that a derivative led to, once ODS/API no longer uses it, and its record. */
export const dropDerivative = defineStep({
  name: 'drop-derivative',
  usesServer: true,
  async run(context) {
    const { job, ownership, store } = context
    const wait = waitForCaches(context)
    if (wait) return { wait }
    const onRecord = derivativeOnRecord(context)
    if (onRecord?.source === 'copy') await dropDerivativeDatabase(context, onRecord.databaseName)
    const claim = { jobId: job.id, epoch: ownership.epoch }
    await removeDerivative(store.database, claim, derivativeTypeOf(context))
    return {
      detail:
        onRecord?.source === 'copy' ? `"${onRecord.databaseName}" is gone.` : 'There was no copy of ours to drop.',
    }
  },
})

/** Drops the copy that a newer one has taken the place of. */
export const dropOldDerivative = defineStep({
  name: 'drop-old-derivative',
  usesServer: true,
  async run(context) {
    const wait = waitForCaches(context)
    if (wait) return { wait }
    const replaced = copiedDerivative(context)?.replaces
    if (!replaced) return { detail: 'There was none before.' }
    await dropDerivativeDatabase(context, replaced.databaseName)
    return { detail: `"${replaced.databaseName}" is gone.` }
  },
})
