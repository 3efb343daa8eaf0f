import type { Operation, RequestOf } from '@edfi-tenants/contract'
import type { Actor } from '@edfi-tenants/core'
import type { RequestOrigin } from '@edfi-tenants/jobs'
import type { Database, NewAuditEvent } from '@edfi-tenants/store'
import type { Answer } from './answer.js'

/** What an audit event says beyond who, from where and which call. */
export type AuditSubject = Pick<NewAuditEvent, 'tenant' | 'instanceId' | 'target' | 'details'>

/** One call as its handler sees it: signed in, within its scope and bound, and valid. */
export type Call<O extends Operation> = RequestOf<O> & {
  actor: Actor
  origin: RequestOrigin
  /** Aborts when the client goes away, or the process is about to stop. */
  signal: AbortSignal
  /** When the token of this call ends, as `Date.now()` counts. */
  tokenEndsAt: number
  /** Who the bearer of the token is now, for calls that last; null once the token is worth nothing. */
  signInAgain(): Promise<Actor | null>
  /** Address under which the client reached us, without a slash at the end. */
  publicUrl: string
  /** Path and query as the client sent them. */
  target: string
  /** The first of these media types that the client prefers. */
  prefers(...media: string[]): string
  /** The audit event of this call's success; to be written in the transaction that does what was asked. */
  audited(subject: AuditSubject): NewAuditEvent
  /** Whether an answer is to be kept for replay. */
  isKept: boolean
  /** Keeps the answer for replay where the client sent an `Idempotency-Key`; in that same transaction. */
  keep(database: Database, answer: Answer): Promise<void>
}
