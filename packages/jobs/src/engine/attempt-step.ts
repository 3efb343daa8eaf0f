import { asFailure, Failure, isFailure } from '@edfi-tenants/core'
import { inSpan, markFailed } from '@edfi-tenants/tracing'
import { pivotPosition, type JobDefinition, type StepContext, type StepResult } from './define-job.js'
import type { HeldLease, StopReason } from './lease-keeper.js'
import type { StepOutcome } from './measures.js'
import { jobProgress } from './progress.js'
import type { RunningJob } from './running-job.js'
import { createStepSignal } from './step-signal.js'

const defaultTimeoutMs = 5 * 60_000

/** How one try of a step's run or undo ended. */
export type Attempt =
  { ok: true; value: StepResult } | { ok: false; failure: Failure; stopped: StopReason | 'cancelled' | null }

/** Tries a step's run or undo, under its timeout and the lease's signals, as a span of its own. Never throws. */
export function attemptStep(
  definition: JobDefinition,
  running: RunningJob,
  position: number,
  work: (context: StepContext) => Promise<StepResult>,
): Promise<Attempt> {
  const name = definition.steps[position]?.name ?? ''
  const attributes = { 'tm.step': name, 'tm.step.position': position, 'tm.job.direction': running.job.direction }
  return inSpan(name, { attributes }, async (span) => {
    const begun = performance.now()
    const attempt = await attempted(definition, running, position, work)
    running.services.measures.stepTried({
      step: name,
      direction: running.job.direction,
      outcome: outcomeOf(attempt),
      seconds: (performance.now() - begun) / 1000,
    })
    if (!attempt.ok) markFailed(span, attempt.failure)
    else if (attempt.value.skipped !== undefined) span.setAttribute('tm.step.skipped', attempt.value.skipped)
    return attempt
  })
}

function outcomeOf(attempt: Attempt): StepOutcome {
  if (!attempt.ok) return attempt.stopped === null ? 'failed' : 'stopped'
  if (attempt.value.wait) return 'waiting'
  return attempt.value.skipped === undefined ? 'succeeded' : 'skipped'
}

async function attempted(
  definition: JobDefinition,
  running: RunningJob,
  position: number,
  work: (context: StepContext) => Promise<StepResult>,
): Promise<Attempt> {
  const { job, held } = running
  const timeoutMs = definition.steps[position]?.timeoutMs ?? defaultTimeoutMs
  // A job on its way back is not stopped by the cancel that turned it round.
  const cancellable = job.direction === 'forward' && position <= pivotPosition(definition)
  const step = createStepSignal(cancellable ? [held.stopped, held.cancelled] : [held.stopped], timeoutMs)
  const fail = (failure: Failure, stopped: StopReason | 'cancelled' | null = null): Attempt => ({
    ok: false,
    failure,
    stopped,
  })
  try {
    const context = await running.context(position, step.signal, (percent) =>
      jobProgress(definition.steps, job.steps, { position, percent }),
    )
    return { ok: true, value: await work(context) }
  } catch (error) {
    if (held.stopped.aborted) return fail(asFailure(error), held.stopped.reason as StopReason)
    if (cancellable && held.cancelled.aborted) return fail(asFailure(error), 'cancelled')
    if (step.timedOut())
      return fail(new Failure('step_timeout', `The step was stopped after ${timeoutMs / 1000} s.`, { cause: error }))
    // The world knows a later claim than this one, and yet the lease is ours: records older than the world (restored).
    if (isFailure(error) && error.code === 'lease_lost' && (await isHeld(held)))
      return fail(
        new Failure('not_our_database', `What is there was made under a later claim (this one is ${job.epoch}).`, {
          cause: error,
        }),
      )
    if (isFailure(error) && (await mayBeRotated(running, error)))
      return fail(new Failure(error.code, error.message, { retryable: true, cause: error }))
    if (!isFailure(error)) running.stepLog(position).error('A step failed unexpectedly', { error })
    return fail(asFailure(error))
  } finally {
    step.dispose()
  }
}

/**
 * For how long a refused login is tried again where its password is a reference, in milliseconds: a rotation changes
 * server and secret one after the other, and workers keep a cloud's secret for a minute.
 */
const rotationMs = 90_000

const refusals = new Set<string>(['server_login_failed', 'registered_login_failed'])

const mayBeRotated = async (running: RunningJob, { code, retryable }: Failure): Promise<boolean> =>
  refusals.has(code) && !retryable && running.job.troubledForMs < rotationMs && (await running.loginRefused())

const isHeld = (held: HeldLease): Promise<boolean> =>
  held.fence().then(
    () => true,
    () => false,
  )
