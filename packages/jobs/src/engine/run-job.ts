import { asFailure, type Problem } from '@edfi-tenants/core'
import type { JobWrite } from '@edfi-tenants/store'
import { attemptStep } from './attempt-step.js'
import { pivotPosition, type JobDefinition, type Step, type StepContext, type StepResult } from './define-job.js'
import { finishJob, keptOutcome, parkJob } from './end-job.js'
import { jobProgress } from './progress.js'
import { retryDelay } from './retry-delay.js'
import type { RunningJob } from './running-job.js'
import { cancelled, isCancelled, leaseLost, nextStep, withinPatience } from './step-questions.js'
import { turnBack, undoJob } from './undo-job.js'

export interface RunOptions {
  /** How long a transient fault is repeated before it counts as final, in milliseconds. */
  retryForMs: number
  /** Whether the worker is stopping: the job is put back at the next step. */
  isStopping: () => boolean
}

/**
 * Runs a claimed job until it ends, waits, or is lost to another worker. Each step's result is saved, in one fenced
 * write together with the start of the next, before that begins. What fails here is the job's failure, not the caller's.
 */
export async function runJob(definition: JobDefinition, running: RunningJob, options: RunOptions): Promise<void> {
  const { job, services } = running
  try {
    if (job.direction === 'forward') await goForward(definition, running, options)
    else await undoJob(definition, running, options)
  } catch (error) {
    const failure = asFailure(error)
    const fields = { error }
    if (failure.code === 'lease_lost') services.log.warn('The job was taken over by another worker', fields)
    else if (failure.retryable)
      services.log.warn('The job cannot be written now; it is taken up again when its lease has ended', fields)
    else services.log.error('The job could not be written; it is taken up again when its lease has ended', fields)
  }
}

async function goForward(definition: JobDefinition, running: RunningJob, options: RunOptions): Promise<void> {
  const { job } = running
  const pivot = pivotPosition(definition)
  // What the last step left; saved with whatever is written next, and always before anything else happens.
  let unsaved: JobWrite = {}
  for (let position = nextStep(job.steps); position < definition.steps.length; position = nextStep(job.steps)) {
    const step = definition.steps[position]
    if (!step) throw new Error(`Job ${job.id} has no step ${position}.`)
    if (isCancelled(running) && position <= pivot) {
      await running.write(unsaved)
      return turnBack(definition, running, options, cancelled())
    }
    if (options.isStopping()) return parkJob(running, { nextRunInMs: 0 }, unsaved)
    if (step.usesServer && !job.needsSlot)
      return parkJob(running, { nextRunInMs: 0, needsSlot: true, waitingFor: 'slot' }, unsaved)

    await running.write(unsaved, {
      steps: [{ position, status: 'running', started: true, error: null }],
      events: [{ type: 'step.started', data: { step: step.name } }],
    })
    const attempt = await attemptStep(definition, running, position, (context) => runOrSkip(step, context))
    if (attempt.ok && attempt.value.wait) {
      const { ms: nextRunInMs, for: waitingFor } = attempt.value.wait
      // What comes after the wait is no repetition of an earlier fault.
      return parkJob(
        running,
        { nextRunInMs, waitingFor, ...(step.usesServer ? {} : { needsSlot: false }) },
        { job: { trouble: 'clear' }, ...pending(position, undefined, attempt.value.detail) },
      )
    }
    if (attempt.ok) {
      unsaved = successOf(definition, running, position, attempt.value)
      continue
    }
    const { failure, stopped } = attempt
    if (stopped === 'lease-lost' || failure.code === 'lease_lost') throw leaseLost()
    if (stopped === 'shutdown') return parkJob(running, { nextRunInMs: 0 }, pending(position))
    if (stopped === 'cancelled') return turnBack(definition, running, options, cancelled(), position)
    const error = failure.toProblem()
    if (failure.retryable && withinPatience(running, options)) {
      const nextRunInMs = retryDelay(job.troubledForMs, failure.retryAfterMs)
      return parkJob(running, { nextRunInMs, waitingFor: failure.code, trouble: true }, pending(position, error))
    }
    if (position <= pivot && job.parameters['onFailure'] !== 'keep')
      return turnBack(definition, running, options, failure, position)
    return finishJob(definition, running, 'failed', error, keptOutcome(definition, running, failure, position), {
      steps: [{ position, status: 'failed', error, finished: true }],
      events: [{ type: 'step.failed', data: { step: step.name, code: failure.code } }],
    })
  }
  const outcome = {
    instanceUsable: !definition.endsInstance,
    repeatable: false,
    compensation: 'none' as const,
    leftovers: [],
  }
  await finishJob(definition, running, 'succeeded', null, outcome, unsaved)
}

const runOrSkip = async (step: Step, context: StepContext): Promise<StepResult> => {
  const reason = step.skip?.(context)
  return reason ? { skipped: reason } : step.run(context)
}

/** A step that is to be done again. */
const pending = (position: number, error?: Problem, detail?: string): JobWrite => ({
  steps: [{ position, status: 'pending', ...(error ? { error } : {}), ...(detail === undefined ? {} : { detail }) }],
})

/** What is written of a step that succeeded. The slot goes back with the last step that needs it. */
function successOf(definition: JobDefinition, { job }: RunningJob, position: number, result: StepResult): JobWrite {
  const status = result.skipped === undefined ? ('succeeded' as const) : ('skipped' as const)
  const row = job.steps[position]
  if (row) row.status = status
  const servedLast = job.needsSlot && !definition.steps.slice(position + 1).some((step) => step.usesServer)
  return {
    job: {
      progress: jobProgress(definition.steps, job.steps),
      trouble: 'clear',
      ...(result.result === undefined ? {} : { result: result.result }),
      ...(servedLast ? { needsSlot: false } : {}),
    },
    steps: [
      {
        position,
        status,
        finished: true,
        detail: result.skipped ?? result.detail ?? null,
        ...(result.output === undefined ? {} : { output: result.output }),
      },
    ],
    ...(result.instance ? { instance: result.instance } : {}),
    releaseSlot: servedLast,
    events: [{ type: `step.${status}`, data: { step: definition.steps[position]?.name ?? '' } }],
  }
}
