import { defineJob } from './engine/define-job.js'
import { forgetReleased, releaseDatabases, releaseRegistration, verifyRelease } from './steps/release-instance.js'

/** Lets go of an instance without touching its data: whoever has the database goes on without us. */
export const releaseInstance = defineJob({
  type: 'instance.release',
  version: 1,
  changing: true,
  endsInstance: true,
  retryWhen: ['active', 'stopped', 'failed'],
  steps: [verifyRelease, releaseRegistration, releaseDatabases, forgetReleased],
  pivot: verifyRelease,
  settle: ({ status, error, pastPivot }) =>
    status !== 'succeeded' && pastPivot
      ? { statusReason: `Releasing stopped half way; retry the job. ${error?.detail ?? ''}` }
      : {},
})
