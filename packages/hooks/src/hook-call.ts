import type { DeploymentHook, HookAction, HookEvent, HookSecrets, JsonObject } from '@edfi-tenants/core'

/** One call of one hook; the same for every try of it. */
export interface HookCall {
  /** Also the `webhook-id` of every try. */
  id: string
  event: HookEvent
  action: HookAction
  /** When the job came to this hook. */
  timestamp: string
  hook: DeploymentHook
  secrets: HookSecrets
  /** What an HTTP hook is told, without any secret. */
  data: JsonObject
  instance: { id: string; number: number; isStopped: boolean }
  /** What a container's settings may name, by place. */
  values: Readonly<Record<string, string | null>>
  /** Opened only where an environment variable names it. */
  connectionString: () => string | null
  /** What an earlier call left, of which the end is waited for; null: this is the first. */
  state: JsonObject | null
  signal: AbortSignal
}

/**
 * How a call went. Not done: it has begun, and is to be called again with `state` after so many milliseconds. Faults are
 * thrown as {@link Failure}.
 */
export type HookOutcome =
  { done: true; detail: string } | { done: false; waitMs: number; state: JsonObject; detail: string }
