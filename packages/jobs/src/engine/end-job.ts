import { isStepDone, type Failure, type JobOutcome, type Problem } from '@edfi-tenants/core'
import type { JobWrite } from '@edfi-tenants/store'
import { pivotPosition, type JobDefinition, type JobEnd } from './define-job.js'
import type { RunningJob } from './running-job.js'
import { isTouched } from './step-questions.js'

/** Until when a job waits, and for what. */
export interface Wait {
  nextRunInMs: number
  waitingFor?: string
  needsSlot?: boolean
  /** It waits for a fault to pass, which is not repeated for ever. */
  trouble?: boolean
}

/** Puts a job back: it holds neither worker nor slot until it is due again. `besides` is written along. */
export function parkJob(running: RunningJob, wait: Wait, besides: JobWrite = {}): Promise<void> {
  const { nextRunInMs, waitingFor = null, needsSlot, trouble } = wait
  return running.write(besides, {
    job: {
      nextRunInMs,
      waitingFor,
      ...(needsSlot === undefined ? {} : { needsSlot }),
      ...(trouble ? { trouble: 'start' as const } : {}),
    },
    releaseSlot: true,
    endLease: true,
    events: [{ type: 'job.waiting', data: { for: waitingFor, milliseconds: nextRunInMs } }],
  })
}

/** Ends a job, and with it settles what becomes of its instance. `besides` is written along. */
export async function finishJob(
  definition: JobDefinition,
  running: RunningJob,
  status: JobEnd['status'],
  error: Problem | null,
  outcome: JobOutcome,
  besides: JobWrite = {},
): Promise<void> {
  const pivot = definition.pivot ? running.job.steps[pivotPosition(definition)] : undefined
  const pastPivot = pivot !== undefined && isStepDone(pivot.status)
  const { job, services } = running
  const settled = definition.settle?.({ status, error, undone: outcome.leftovers.length === 0, pastPivot })
  await running.write(besides, {
    job: { status, error, outcome, waitingFor: null, ...(status === 'succeeded' ? { progress: 100 } : {}) },
    ...(settled ? { instance: settled } : {}),
    releaseSlot: true,
    endLease: true,
    events: [{ type: `job.${status}`, data: error ? { code: error.code } : {} }],
  })
  const ms = Math.max(0, Date.now() - Date.parse(job.startedAt ?? job.createdAt))
  services.measures.jobEnded({ type: job.type, status, seconds: ms / 1000 })
  services.log.info('The job has ended', { status, durationMs: ms, ...(error ? { code: error.code } : {}) })
}

/** The outcome of a job that failed without turning back: everything done so far stands. */
export function keptOutcome(
  definition: JobDefinition,
  { job }: RunningJob,
  failure: Failure,
  failedAt: number,
): JobOutcome {
  const pastPivot = failedAt > pivotPosition(definition)
  const standing = definition.steps.filter((step, at) => step.undo && isTouched(job.steps[at]))
  return {
    instanceUsable: pastPivot ? !definition.endsInstance : !definition.createsInstance,
    repeatable: failure.retryable || !pastPivot,
    compensation: 'none',
    leftovers: pastPivot ? [] : standing.map((step) => `${step.name}: kept as it is`),
  }
}
