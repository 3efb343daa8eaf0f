import type { HookEvent } from '@edfi-tenants/core'
import { readHooksOfInstance } from '@edfi-tenants/store'
import { defineStep, type Step, type StepContext } from '../engine/define-job.js'
import { callHooks } from '../hooks/call-hooks.js'
import { newPlan, savedPlan } from '../hooks/hook-record.js'

/** Pulling an image can take long; calls have limits of their own. */
const timeoutMs = 60 * 60_000

/**
 * Calls the deployment hooks that environment, database server and tenant have for an event, one after the other. Undo
 * calls those that had begun once more, last one first, to take back what they did. `name` tells apart two such steps of
 * one job; `skip` says when nothing is called.
 */
export const runHooks = (
  event: HookEvent,
  options: { name?: string; skip?: (context: StepContext) => string | null } = {},
): Step =>
  defineStep({
    name: options.name ?? 'run-hooks',
    timeoutMs,
    ...(options.skip ? { skip: options.skip } : {}),
    async run(context) {
      const earlier = savedPlan(context)
      if (earlier) return callHooks(context, earlier, 'run')
      const plan = newPlan(event, await readHooksOfInstance(context.store, context.instance, event))
      if (plan.hooks.length === 0) return { skipped: `No hooks for ${event}.` }
      return callHooks(context, plan, 'run')
    },
    async undo(context) {
      const plan = savedPlan(context)
      return plan ? callHooks(context, plan, 'undo') : { detail: 'No hook had been called.' }
    },
  })

/** Not while an instance is stopped: the next start tells hooks. */
export const unlessStopped = ({ instance }: StepContext): string | null =>
  instance.status === 'stopped' ? 'The instance is stopped, and stays so.' : null
