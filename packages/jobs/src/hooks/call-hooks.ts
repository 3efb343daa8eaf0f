import { asFailure, Failure, isFailure, type HookAction, type JsonObject } from '@edfi-tenants/core'
import { readHooksOfInstance, type OpenHook } from '@edfi-tenants/store'
import type { StepContext, StepResult } from '../engine/define-job.js'
import { retryDelay } from '../engine/retry-delay.js'
import { stepOutput } from '../tombstones/step-output.js'
import { hookData, hookValues, registeredStringOf } from './hook-payload.js'
import { detailOf, newCall, type CallRecord, type HookPlan, type HookRecord } from './hook-record.js'

/** How long transient faults of a hook that is not required are repeated unless it says otherwise, in seconds. */
const optionalRetrySeconds = 60

/**
 * Calls the hooks of a plan one after the other; for `undo`, those of which the run had begun, last one first. Before each
 * call it is saved that there is one, so that a second try repeats it under the same id, and what is waited for is gone
 * on with. A hook that takes its time makes the job wait, without a worker.
 */
export async function callHooks(context: StepContext, plan: HookPlan, action: HookAction): Promise<StepResult> {
  const known = await readHooksOfInstance(context.store, context.instance, null)
  const inOrder = action === 'run' ? plan.hooks : plan.hooks.filter(({ run }) => run && !run.refused).reverse()
  for (const record of inOrder) {
    const call = record[action]
    // One that is required and failed is called anew when its job is retried.
    if (call?.status === 'done' || call?.status === 'passed-over') continue
    const open = known.find(({ hook }) => hook.name === record.name)
    const waitMs = open ? await attempt(context, plan, record, action, open) : await gone(context, plan, record, action)
    if (waitMs !== null) {
      return { wait: { ms: waitMs, for: `hook ${record.name}` }, detail: detailOf(plan, action) }
    }
  }
  return { output: asOutput(plan), detail: detailOf(plan, action) }
}

const asOutput = (plan: HookPlan): JsonObject => plan as unknown as JsonObject

/** One try; returns how long to wait for the next, or null when it is done with this hook. */
async function attempt(
  context: StepContext,
  plan: HookPlan,
  record: HookRecord,
  action: HookAction,
  { hook, secrets }: OpenHook,
): Promise<number | null> {
  const { instance, store, signal } = context
  const before = record[action]
  const call: CallRecord = before?.status === 'begun' ? before : newCall()
  record[action] = call
  const save = () => context.save({ output: asOutput(plan) })
  if (call !== before) await save()
  try {
    await context.fence()
    const outcome = await context.hooks.call({
      id: call.id,
      event: plan.event,
      action,
      timestamp: call.timestamp,
      hook,
      secrets,
      data: hookData(context),
      instance: { id: instance.id, number: instance.number, isStopped: isStopped(context) },
      values: hookValues(instance),
      connectionString: () => registeredStringOf(store, instance),
      state: call.state,
      signal,
    })
    Object.assign(
      call,
      { failingSince: null, detail: outcome.detail },
      outcome.done ? { status: 'done', state: null } : { state: outcome.state },
    )
    await save()
    return outcome.done ? null : outcome.waitMs
  } catch (error) {
    signal.throwIfAborted()
    if (isFailure(error) && error.code === 'lease_lost') throw error
    return afterFault(save, call, hook, isFailure(error) ? error : asFailure(error))
  }
}

/** Whether the instance is stopped, or was when its deletion began. */
const isStopped = ({ instance, job }: StepContext): boolean =>
  instance.status === 'stopped' || stepOutput(job, 'check-protection')?.['previousStatus'] === 'stopped'

/** What follows from a fault: another try, the end of the job's patience, or nothing where the hook is not required. */
async function afterFault(
  save: () => Promise<void>,
  call: CallRecord,
  hook: OpenHook['hook'],
  failure: Failure,
): Promise<number | null> {
  const now = new Date()
  const isFirstFault = call.failingSince === null && call.state === null
  call.failingSince ??= now.toISOString()
  const failingForMs = now.getTime() - Date.parse(call.failingSince)
  const patienceSeconds = hook.retryForSeconds ?? (hook.required ? null : optionalRetrySeconds)
  const isPatient = patienceSeconds === null || failingForMs < patienceSeconds * 1000
  call.detail = failure.message
  if (failure.retryable && isPatient) {
    await save()
    if (patienceSeconds !== null) return retryDelay(failingForMs, failure.retryAfterMs)
    throw ofHook(hook, failure, true)
  }
  Object.assign(call, {
    status: hook.required ? 'failed' : 'passed-over',
    state: null,
    // An HTTP receiver that says no at once has done nothing; neither has an engine that was not asked.
    refused: isFirstFault && !failure.retryable && (hook.http !== undefined || failure.code === 'hook_refused'),
    detail: hook.required ? failure.message : `failed, which is passed over: ${failure.message}`,
  } satisfies Partial<CallRecord>)
  await save()
  if (!hook.required) return null
  throw ofHook(hook, failure, false)
}

const ofHook = ({ name }: OpenHook['hook'], failure: Failure, retryable: boolean): Failure =>
  new Failure(failure.code, `${name}: ${failure.message}`, {
    retryable,
    ...(failure.retryAfterMs === undefined ? {} : { retryAfterMs: failure.retryAfterMs }),
    cause: failure,
  })

/** A hook that was taken away since the job came to it. */
async function gone(context: StepContext, plan: HookPlan, record: HookRecord, action: HookAction): Promise<null> {
  record[action] = { ...newCall(), status: 'done', detail: 'was taken away meanwhile' }
  await context.save({ output: asOutput(plan) })
  return null
}
