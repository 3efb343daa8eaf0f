/** A job's states, the moves between them, and the questions asked about them. */
export const jobStatuses = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const
export type JobStatus = (typeof jobStatuses)[number]

/** `failed` and `cancelled` lead back to `queued` only through an explicit retry. */
const moves: Record<JobStatus, readonly JobStatus[]> = {
  queued: ['running', 'cancelled'],
  running: ['succeeded', 'failed', 'cancelled'],
  succeeded: [],
  failed: ['queued'],
  cancelled: ['queued'],
}

/** Whether a job may move from one status to another. */
export const canMoveJob = (from: JobStatus, to: JobStatus): boolean => moves[from].includes(to)

/** Whether nothing more happens to a job by itself. */
export const isFinished = (status: JobStatus): boolean => status !== 'queued' && status !== 'running'

/** Whether a client may ask for a finished job to be tried again. */
export const isRetryable = (status: JobStatus): boolean => canMoveJob(status, 'queued')

/** A step's states within one job. */
export const stepStatuses = ['pending', 'running', 'succeeded', 'failed', 'skipped', 'undone'] as const
export type StepStatus = (typeof stepStatuses)[number]

/** Whether a step's work stands: it need not run again, and has something to undo if the job turns back. */
export const isStepDone = (status: StepStatus): boolean => status === 'succeeded' || status === 'skipped'

/** Which way a job goes: towards its end, or back because a step before the pivot failed or it was cancelled. */
export type JobDirection = 'forward' | 'undo'

/** What is left in the world after a job has ended other than well. */
export interface JobOutcome {
  /** Whether the instance can be used as it is now. */
  instanceUsable: boolean
  /** Whether the same request, or a retry of the job, may succeed. */
  repeatable: boolean
  /** Whether what had been done was undone: nothing to undo, all of it, or not all of it. */
  compensation: 'none' | 'done' | 'partial'
  /** What could not be undone, in words that tell an operator where to look. */
  leftovers: string[]
}
