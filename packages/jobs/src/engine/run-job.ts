import { asFailure, Failure, isFailure, isStepDone, problem, type JobOutcome } from '@edfi-tenants/core'
import type { JobWrite, StepRow } from '@edfi-tenants/store'
import {
  pivotPosition,
  type JobDefinition,
  type JobEnd,
  type Step,
  type StepContext,
  type StepResult,
} from './define-job.js'
import type { HeldLease, StopReason } from './lease-keeper.js'
import { jobProgress } from './progress.js'
import { retryDelay } from './retry-delay.js'
import { createStepSignal } from './step-signal.js'
import type { RunningJob } from './step-context.js'

const defaultStepTimeoutMs = 5 * 60_000

export interface RunOptions {
  /** How long a transient fault is repeated before it counts as final, in milliseconds. */
  retryForMs: number
  /** Whether the worker is stopping: the job is put back at the next step. */
  isStopping: () => boolean
}

/**
 * Runs a claimed job until it ends, waits, or is lost to another worker. Each step's result is saved, in one fenced
 * write together with the start of the next, before that begins. Returns having written everything; what fails here is
 * the job's failure, not the caller's.
 */
export async function runJob(definition: JobDefinition, running: RunningJob, options: RunOptions): Promise<void> {
  const { job, services } = running
  try {
    if (job.direction === 'forward') await goForward(definition, running, options)
    else await goBack(definition, running, options)
  } catch (error) {
    const failure = asFailure(error)
    const fields = { job: job.id, error }
    if (failure.code === 'lease_lost') services.log.warn('The job was taken over by another worker', fields)
    else if (failure.retryable)
      services.log.warn('The job cannot be written now; it is taken up again when its lease has ended', fields)
    else services.log.error('The job could not be written; it is taken up again when its lease has ended', fields)
  }
}

async function goForward(definition: JobDefinition, running: RunningJob, options: RunOptions): Promise<void> {
  const { job } = running
  const pivot = pivotPosition(definition)
  for (let position = nextStep(job.steps); position < definition.steps.length; position = nextStep(job.steps)) {
    const step = definition.steps[position]
    const row = job.steps[position]
    if (!step || !row) throw new Error(`Job ${job.id} has no step ${position}.`)
    if (isCancelled(running) && position <= pivot) return turnBack(definition, running, options, null, cancelled())
    if (options.isStopping()) return park(running, { nextRunInMs: 0 })
    if (step.usesServer && !job.needsSlot) return park(running, { nextRunInMs: 0, needsSlot: true, waitingFor: 'slot' })

    await running.write({
      steps: [{ position, status: 'running', started: true, error: null }],
      events: [{ type: 'step.started', data: { step: step.name } }],
    })
    const attempt = await attemptStep(definition, running, position, (context) => runOrSkip(step, context))
    if (attempt.ok) {
      await saveSuccess(definition, running, position, attempt.value)
      continue
    }
    const { failure, stopped } = attempt
    if (stopped === 'lease-lost' || failure.code === 'lease_lost')
      throw new Failure('lease_lost', 'This worker no longer holds the job.')
    if (stopped === 'shutdown') return park(running, { nextRunInMs: 0, position })
    if (stopped === 'cancelled') return turnBack(definition, running, options, position, cancelled())
    if (failure.retryable && withinPatience(running, options)) return waitForAnotherTry(running, position, row, failure)
    await running.write({
      steps: [{ position, status: 'failed', error: failure.toProblem(), finished: true }],
      events: [{ type: 'step.failed', data: { step: step.name, code: failure.code } }],
    })
    if (position > pivot || job.parameters['onFailure'] === 'keep')
      return finish(definition, running, 'failed', failure, keptOutcome(definition, running, failure, position > pivot))
    return turnBack(definition, running, options, position, failure)
  }
  await finish(definition, running, 'succeeded', null, null)
}

/** Turns round at a failure or a cancel: from now on the job only undoes. */
async function turnBack(
  definition: JobDefinition,
  running: RunningJob,
  options: RunOptions,
  position: number | null,
  failure: Failure,
): Promise<void> {
  const { job } = running
  const needsSlot = definition.steps.some((step, at) => step.usesServer && step.undo && isTouched(job.steps[at]))
  await running.write({
    job: { direction: 'undo', error: failure.toProblem(), trouble: 'clear' },
    ...(position === null
      ? {}
      : { steps: [{ position, status: 'failed', error: failure.toProblem(), finished: true }] }),
    events: [{ type: 'job.undoing', data: { code: failure.code } }],
  })
  if (needsSlot && !job.needsSlot) return park(running, { nextRunInMs: 0, needsSlot: true, waitingFor: 'slot' })
  await goBack(definition, running, options)
}

/** Undoes what was touched, last step first. What cannot be undone is reported as left over, and the rest still undone. */
async function goBack(definition: JobDefinition, running: RunningJob, options: RunOptions): Promise<void> {
  const { job, services } = running
  const leftovers = job.outcome?.leftovers ?? []
  let undid = false
  for (let position = definition.steps.length - 1; position >= 0; position--) {
    const step = definition.steps[position]
    const row = job.steps[position]
    if (!step || !row || !isTouched(row)) continue
    const failedHere = row.status === 'failed'
    if (!step.undo) {
      if (!failedHere) await running.write({ steps: [{ position, status: 'undone' }] })
      continue
    }
    if (options.isStopping()) return park(running, { nextRunInMs: 0 })
    const undo = step.undo
    const attempt = await attemptStep(definition, running, position, (context) => undo(context))
    undid = true
    if (attempt.ok) {
      await running.write({
        // The step that failed keeps saying so; the others are undone.
        steps: [
          failedHere
            ? { position, output: null }
            : { position, status: 'undone', ...(attempt.value.detail ? { detail: attempt.value.detail } : {}) },
        ],
        ...(attempt.value.instance ? { instance: attempt.value.instance } : {}),
        job: { trouble: 'clear' },
        events: [{ type: 'step.undone', data: { step: step.name } }],
      })
      continue
    }
    const { failure, stopped } = attempt
    if (stopped === 'lease-lost' || failure.code === 'lease_lost')
      throw new Failure('lease_lost', 'This worker no longer holds the job.')
    if (stopped === 'shutdown') return park(running, { nextRunInMs: 0 })
    if (failure.retryable && withinPatience(running, options))
      return park(running, {
        nextRunInMs: retryDelay(row.attempts, failure.retryAfterMs),
        waitingFor: failure.code,
        trouble: true,
      })
    leftovers.push(`${step.name}: ${failure.message}`)
    services.log.error('a step could not be undone', { job: job.id, step: step.name, code: failure.code })
    await running.write({
      job: {
        trouble: 'clear',
        outcome: { instanceUsable: false, repeatable: true, compensation: 'partial', leftovers },
      },
      steps: [{ position, status: 'failed', error: failure.toProblem() }],
      events: [{ type: 'step.undo-failed', data: { step: step.name, code: failure.code } }],
    })
  }
  const error = job.error
  const status = error?.code === 'job_cancelled' ? 'cancelled' : 'failed'
  await finish(
    definition,
    running,
    status,
    error ? new Failure(error.code, error.detail, { extensions: { ...error } }) : null,
    {
      instanceUsable: !definition.createsInstance,
      repeatable: true,
      compensation: leftovers.length > 0 ? 'partial' : undid ? 'done' : 'none',
      leftovers,
    },
  )
}

type Attempt =
  | { ok: true; value: StepResult & { skipped?: string } }
  | { ok: false; failure: Failure; stopped: StopReason | 'cancelled' | null }

/** Runs a step's run or undo under its timeout and the lease's signal, and says how it ended. */
async function attemptStep(
  definition: JobDefinition,
  running: RunningJob,
  position: number,
  work: (context: StepContext) => Promise<StepResult & { skipped?: string }>,
): Promise<Attempt> {
  const { job, held, services } = running
  const timeoutMs = definition.steps[position]?.timeoutMs ?? defaultStepTimeoutMs
  const cancellable = job.direction === 'forward' && position <= pivotPosition(definition)
  const step = createStepSignal(cancellable ? [held.stopped, held.cancelled] : [held.stopped], timeoutMs)
  try {
    const context = await running.context(position, step.signal, (percent) =>
      jobProgress(definition.steps, job.steps, { position, percent }),
    )
    return { ok: true, value: await work(context) }
  } catch (error) {
    if (held.stopped.aborted)
      return { ok: false, failure: asFailure(error), stopped: held.stopped.reason as StopReason }
    if (cancellable && held.cancelled.aborted) return { ok: false, failure: asFailure(error), stopped: 'cancelled' }
    if (step.timedOut())
      return {
        ok: false,
        failure: new Failure('step_timeout', `The step was stopped after ${timeoutMs / 1000} s.`, { cause: error }),
        stopped: null,
      }
    // The world knows a later claim than this one, and yet the lease is ours: records older than the world (restored).
    if (isFailure(error) && error.code === 'lease_lost' && (await isHeld(held)))
      return {
        ok: false,
        failure: new Failure(
          'not_our_database',
          `What is there was made under a later claim than this one (epoch ${job.epoch}).`,
          { cause: error },
        ),
        stopped: null,
      }
    if (!isFailure(error))
      services.log.error('a step failed unexpectedly', { job: job.id, step: definition.steps[position]?.name, error })
    return { ok: false, failure: asFailure(error), stopped: null }
  } finally {
    step.dispose()
  }
}

const isHeld = (held: HeldLease): Promise<boolean> =>
  held.fence().then(
    () => true,
    () => false,
  )

const runOrSkip = async (step: Step, context: StepContext): Promise<StepResult & { skipped?: string }> => {
  const reason = step.skip?.(context)
  return reason ? { skipped: reason } : step.run(context)
}

async function saveSuccess(
  definition: JobDefinition,
  running: RunningJob,
  position: number,
  result: StepResult & { skipped?: string },
): Promise<void> {
  const { job } = running
  const row = job.steps[position]
  if (row) row.status = result.skipped === undefined ? 'succeeded' : 'skipped'
  const servedLast = job.needsSlot && !definition.steps.slice(position + 1).some((step) => step.usesServer)
  await running.write({
    job: {
      progress: jobProgress(definition.steps, job.steps),
      trouble: 'clear',
      ...(result.result === undefined ? {} : { result: result.result }),
      ...(servedLast ? { needsSlot: false } : {}),
    },
    steps: [
      {
        position,
        status: result.skipped === undefined ? 'succeeded' : 'skipped',
        finished: true,
        detail: result.skipped ?? result.detail ?? null,
        ...(result.output === undefined ? {} : { output: result.output }),
      },
    ],
    ...(result.instance ? { instance: result.instance } : {}),
    releaseSlot: servedLast,
    events: [
      {
        type: result.skipped === undefined ? 'step.succeeded' : 'step.skipped',
        data: { step: definition.steps[position]?.name ?? '' },
      },
    ],
  })
  if (servedLast) running.services.onSlotFree()
}

function waitForAnotherTry(running: RunningJob, position: number, row: StepRow, failure: Failure): Promise<void> {
  return running
    .write({
      steps: [{ position, status: 'pending', error: failure.toProblem() }],
      events: [{ type: 'step.waiting', data: { code: failure.code } }],
    })
    .then(() =>
      park(running, {
        nextRunInMs: retryDelay(row.attempts, failure.retryAfterMs),
        waitingFor: failure.code,
        trouble: true,
      }),
    )
}

/** Puts the job back: it holds neither worker nor slot until it is due again. */
async function park(
  running: RunningJob,
  wait: { nextRunInMs: number; waitingFor?: string; needsSlot?: boolean; trouble?: boolean; position?: number },
): Promise<void> {
  const write: JobWrite = {
    job: {
      nextRunInMs: wait.nextRunInMs,
      waitingFor: wait.waitingFor ?? null,
      ...(wait.needsSlot === undefined ? {} : { needsSlot: wait.needsSlot }),
      ...(wait.trouble ? { trouble: 'start' as const } : {}),
    },
    ...(wait.position === undefined ? {} : { steps: [{ position: wait.position, status: 'pending' as const }] }),
    releaseSlot: true,
    endLease: true,
    events: [{ type: 'job.waiting', data: { for: wait.waitingFor ?? null, milliseconds: wait.nextRunInMs } }],
  }
  await running.write(write)
  running.services.onSlotFree()
}

async function finish(
  definition: JobDefinition,
  running: RunningJob,
  status: JobEnd['status'],
  failure: Failure | null,
  outcome: JobOutcome | null,
): Promise<void> {
  const error = failure?.toProblem() ?? null
  const settled = definition.settle?.({ status, error, undone: (outcome?.leftovers ?? []).length === 0 })
  await running.write({
    job: {
      status,
      error,
      outcome: outcome ?? { instanceUsable: true, repeatable: false, compensation: 'none', leftovers: [] },
      waitingFor: null,
      ...(status === 'succeeded' ? { progress: 100 } : {}),
    },
    ...(settled ? { instance: settled } : {}),
    releaseSlot: true,
    endLease: true,
    events: [{ type: `job.${status}`, data: error ? { code: error.code } : {} }],
  })
  running.services.onSlotFree()
}

/** The outcome of a job that failed without turning back: everything done so far stands. */
function keptOutcome(definition: JobDefinition, running: RunningJob, failure: Failure, pastPivot: boolean): JobOutcome {
  const standing = definition.steps
    .filter((step, at) => step.undo && isTouched(running.job.steps[at]))
    .map((step) => `${step.name}: kept as it is`)
  return {
    instanceUsable: pastPivot,
    repeatable: failure.retryable || !pastPivot,
    compensation: 'none',
    leftovers: pastPivot ? [] : standing,
  }
}

const nextStep = (rows: readonly StepRow[]): number => {
  const position = rows.findIndex((row) => !isStepDone(row.status))
  return position === -1 ? rows.length : position
}

/** Whether a step has begun and its traces were not removed. */
const isTouched = (row: StepRow | undefined): boolean =>
  row !== undefined && row.attempts > 0 && row.status !== 'skipped' && row.status !== 'undone'

const isCancelled = (running: RunningJob): boolean =>
  running.held.cancelled.aborted || running.job.cancelRequestedAt !== null

const withinPatience = (running: RunningJob, options: RunOptions): boolean =>
  running.job.troubledForMs < options.retryForMs

const cancelled = (): Failure => {
  const { detail } = problem('job_cancelled', 'The job was cancelled on request.')
  return new Failure('job_cancelled', detail)
}
