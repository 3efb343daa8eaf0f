import { randomUUID } from 'node:crypto'
import type { HookAction, HookEvent, JsonObject } from '@edfi-tenants/core'
import type { OpenHook } from '@edfi-tenants/store'
import type { StepContext } from '../engine/define-job.js'

/** What a job remembers of one call of a hook, from before it is made. */
export interface CallRecord {
  /** The same for every try, so that a receiver can tell a repeat. */
  id: string
  timestamp: string
  /** `passed-over`: it failed and is not required. */
  status: 'begun' | 'done' | 'failed' | 'passed-over'
  /** What the runner wants to know when it is asked again; null: it must be called. */
  state: JsonObject | null
  /** Since when it fails, where that is so. */
  failingSince: string | null
  /** Whether it was refused before anything can have come of it, so that there is nothing to undo. */
  refused: boolean
  detail: string
}

/** What a job remembers of one hook. */
export interface HookRecord {
  name: string
  run: CallRecord | null
  undo: CallRecord | null
}

/** What the step has saved: one record per hook, in the order of their calls. */
export interface HookPlan {
  event: HookEvent
  hooks: HookRecord[]
}

export const newCall = (): CallRecord => ({
  id: `hook_${randomUUID()}`,
  timestamp: new Date().toISOString(),
  status: 'begun',
  state: null,
  failingSince: null,
  refused: false,
  detail: '',
})

/** The plan that an earlier attempt saved, if it did. */
export const savedPlan = ({ saved }: Pick<StepContext, 'saved'>): HookPlan | null => saved as unknown as HookPlan | null

/** A plan of hooks of which none was called yet. */
export const newPlan = (event: HookEvent, hooks: readonly OpenHook[]): HookPlan => ({
  event,
  hooks: hooks.map(({ hook }) => ({ name: hook.name, run: null, undo: null })),
})

/** One line per hook: what became of it. */
export const detailOf = ({ hooks }: HookPlan, action: HookAction): string =>
  hooks
    .flatMap((each) => {
      const call = each[action]
      return call ? [`${each.name}: ${call.detail}`] : []
    })
    .join('\n')
