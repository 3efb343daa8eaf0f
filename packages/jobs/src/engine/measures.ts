import type { JobDirection, JobStatus } from '@edfi-tenants/core'

/** What running jobs tell of themselves to whoever counts. Nothing here names a tenant or an instance: those are many. */
export interface JobMeasures {
  /** A worker has taken a job; how long after its last ring (where it was rung), and after it was due, in seconds. */
  jobTaken(job: { type: string; rungForSeconds: number | null; waitedSeconds: number }): void
  /** A job is put back or has ended; as many as were taken. */
  jobLetGo(): void
  jobEnded(job: { type: string; status: JobStatus; seconds: number }): void
  /** A step, or its undo, was tried once. */
  stepTried(step: { step: string; direction: JobDirection; outcome: StepOutcome; seconds: number }): void
}

/** `waiting`: it comes back later; `stopped`: its worker ends, lost the lease, or the job was cancelled. */
export type StepOutcome = 'succeeded' | 'skipped' | 'waiting' | 'failed' | 'stopped'

/** Counts nothing. */
export const unmeasured: JobMeasures = {
  jobTaken: () => undefined,
  jobLetGo: () => undefined,
  jobEnded: () => undefined,
  stepTried: () => undefined,
}
