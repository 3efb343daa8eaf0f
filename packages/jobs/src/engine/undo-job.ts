import type { Failure } from '@edfi-tenants/core'
import { attemptStep } from './attempt-step.js'
import type { JobDefinition } from './define-job.js'
import { finishJob, parkJob } from './end-job.js'
import { retryDelay } from './retry-delay.js'
import type { RunOptions } from './run-job.js'
import type { RunningJob } from './running-job.js'
import { isTouched, leaseLost, withinPatience } from './step-questions.js'

/** Turns a job round, because of a failure (at a step) or a cancel: from now on it only undoes. */
export async function turnBack(
  definition: JobDefinition,
  running: RunningJob,
  options: RunOptions,
  failure: Failure,
  position?: number,
): Promise<void> {
  const { job } = running
  const error = failure.toProblem()
  await running.write({
    job: { direction: 'undo', error, trouble: 'clear' },
    ...(position === undefined ? {} : { steps: [{ position, status: 'failed', error, finished: true }] }),
    events: [{ type: 'job.undoing', data: { code: failure.code } }],
  })
  const needsSlot = definition.steps.some((step, at) => step.usesServer && step.undo && isTouched(job.steps[at]))
  if (needsSlot && !job.needsSlot) return parkJob(running, { nextRunInMs: 0, needsSlot: true, waitingFor: 'slot' })
  return undoJob(definition, running, options)
}

/** Undoes what was touched, last step first. What cannot be undone is reported as left over, and the rest still undone. */
export async function undoJob(definition: JobDefinition, running: RunningJob, options: RunOptions): Promise<void> {
  const { job } = running
  let leftovers = job.outcome?.leftovers ?? []
  for (const [position, step] of [...definition.steps.entries()].reverse()) {
    const row = job.steps[position]
    if (!row || !isTouched(row)) continue
    // The step that failed keeps saying so; the others are undone.
    const status = row.status === 'failed' ? 'failed' : 'undone'
    const { undo } = step
    if (!undo) {
      if (status === 'undone') await running.write({ steps: [{ position, status }] })
      continue
    }
    if (options.isStopping()) return parkJob(running, { nextRunInMs: 0 })
    leftovers = leftovers.filter((leftover) => !leftover.startsWith(`${step.name}: `))
    const attempt = await attemptStep(definition, running, position, (context) => undo(context))
    if (attempt.ok && attempt.value.wait) {
      const { ms: nextRunInMs, for: waitingFor } = attempt.value.wait
      return parkJob(
        running,
        { nextRunInMs, waitingFor },
        {
          job: { trouble: 'clear' },
          ...(attempt.value.detail === undefined ? {} : { steps: [{ position, detail: attempt.value.detail }] }),
        },
      )
    }
    if (attempt.ok) {
      const { detail, instance } = attempt.value
      await running.write({
        job: { trouble: 'clear' },
        steps: [{ position, status, output: null, ...(detail === undefined ? {} : { detail }) }],
        ...(instance ? { instance } : {}),
        events: [{ type: 'step.undone', data: { step: step.name } }],
      })
      continue
    }
    const { failure, stopped } = attempt
    if (stopped === 'lease-lost' || failure.code === 'lease_lost') throw leaseLost()
    if (stopped === 'shutdown') return parkJob(running, { nextRunInMs: 0 })
    if (failure.retryable && withinPatience(running, options)) {
      const nextRunInMs = retryDelay(job.troubledForMs, failure.retryAfterMs)
      return parkJob(running, { nextRunInMs, waitingFor: failure.code, trouble: true })
    }
    leftovers = [...leftovers, `${step.name}: ${failure.message}`]
    running.stepLog(position).error('A step could not be undone', { code: failure.code })
    await running.write({
      job: {
        trouble: 'clear',
        outcome: { instanceUsable: false, repeatable: true, compensation: 'partial', leftovers },
      },
      steps: [{ position, status: 'failed', error: failure.toProblem() }],
      events: [{ type: 'step.undo-failed', data: { step: step.name, code: failure.code } }],
    })
  }
  const undid = definition.steps.some((step, at) => step.undo && (job.steps[at]?.attempts ?? 0) > 0)
  await finishJob(definition, running, job.error?.code === 'job_cancelled' ? 'cancelled' : 'failed', job.error, {
    instanceUsable: !definition.createsInstance,
    repeatable: true,
    compensation: leftovers.length > 0 ? 'partial' : undid ? 'done' : 'none',
    leftovers,
  })
}
