import { databaseTime, readLastJob } from '@edfi-tenants/store'
import { defineStep, type StepContext } from '../engine/define-job.js'
import { stepOutput } from '../tombstones/step-output.js'

/**
 * Waits until no ODS/API can go on with what it had cached of the instance. At once where it was told to forget when the
 * instance was deleted.
 */
export const waitForCaches = defineStep({
  name: 'wait-for-caches',
  async run(context) {
    const ms = await timeLeft(context)
    return ms > 0 ? { wait: { ms, for: 'ods-api-caches' } } : { detail: 'No ODS/API has it cached any more.' }
  },
})

/** Milliseconds. */
async function timeLeft({ instance, store, settings }: StepContext): Promise<number> {
  const { odsInstanceId, deletedAt } = instance
  if (odsInstanceId === null || deletedAt === null) return 0
  const deletion = await readLastJob(store.database, instance.id, 'instance.delete')
  if (deletion && stepOutput(deletion, 'notify-ods-api')?.['heard'] === true) return 0
  const now = await databaseTime(store.database)
  return Date.parse(deletedAt) + settings.odsApiCacheSeconds * 1000 - now.getTime()
}
