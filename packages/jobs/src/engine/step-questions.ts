import { Failure, isStepDone } from '@edfi-tenants/core'
import type { StepRow } from '@edfi-tenants/store'
import type { RunningJob } from './running-job.js'

/** The position of the first step that does not stand; their number when all do. */
export const nextStep = (rows: readonly StepRow[]): number => {
  const position = rows.findIndex((row) => !isStepDone(row.status))
  return position === -1 ? rows.length : position
}

/** Whether a step has begun and its traces were not removed. */
export const isTouched = (row: StepRow | undefined): boolean =>
  row !== undefined && row.attempts > 0 && row.status !== 'skipped' && row.status !== 'undone'

/** Whether someone has asked for the job to be cancelled. */
export const isCancelled = (running: RunningJob): boolean =>
  running.held.cancelled.aborted || running.job.cancelRequestedAt !== null

/** Whether the present fault may be repeated yet. */
export const withinPatience = (running: RunningJob, options: { retryForMs: number }): boolean =>
  running.job.troubledForMs < options.retryForMs

/** The failure of a job that was cancelled. */
export const cancelled = (): Failure => new Failure('job_cancelled', 'The job was cancelled on request.')

/** The failure of a worker whose job is another's by now. */
export const leaseLost = (): Failure => new Failure('lease_lost', 'This worker no longer holds the job.')
