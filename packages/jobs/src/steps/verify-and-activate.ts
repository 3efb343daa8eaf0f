import { defineStep } from '../engine/define-job.js'
import { verifyRegistration } from './verify-registration.js'

/** The last look at an instance that was away: only with it does it count as active. The pivot of jobs that bring one back. */
export const verifyAndActivate = defineStep({
  ...verifyRegistration,
  async run(context) {
    const verified = await verifyRegistration.run(context)
    return {
      ...verified,
      instance: { status: 'active', statusReason: null, tombstone: null, deletedAt: null, purgeAt: null },
    }
  },
})
