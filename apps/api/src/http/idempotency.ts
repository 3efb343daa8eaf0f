import { createHash } from 'node:crypto'
import type { Json } from '@edfi-tenants/core'
import {
  claimIdempotencyKey,
  keepAnswer,
  releaseIdempotencyKey,
  type Database,
  type IdempotencyKey,
  type Store,
} from '@edfi-tenants/store'
import type { Answer } from './answer.js'

/** What became of a request with an `Idempotency-Key`. */
export type Claimed = { replay: Answer } | { claim: AnswerKeeper }

/** Holds a key while its request runs. */
export interface AnswerKeeper {
  /** Keeps an answer of success; in the transaction that does what was asked, where there is one. */
  keep(database: Database, answer: Answer): Promise<void>
  isKept(): boolean
  /** Lets the key go, as the request was not answered with success. */
  release(): Promise<void>
}

/** Claims the key for this request, or gives the answer that the first request with it had. */
export async function claimKey(store: Store, key: IdempotencyKey): Promise<Claimed> {
  const claimed = await claimIdempotencyKey(store, key)
  if ('answer' in claimed) {
    const { status, headers, body } = claimed.answer
    return {
      replay: {
        status,
        headers: { ...headers, 'Idempotent-Replayed': 'true' },
        ...(body === null ? {} : { body }),
      },
    }
  }
  let kept = false
  return {
    claim: {
      async keep(database, answer) {
        await keepAnswer({ database, sealer: store.sealer }, claimed.claim, {
          status: answer.status,
          headers: { ...answer.headers },
          body: (answer.body ?? null) as Json,
        })
        kept = true
      },
      isKept: () => kept,
      release: () => releaseIdempotencyKey(store, claimed.claim),
    },
  }
}

/** What makes two requests the same: query and body, whatever the order of their fields. */
export const fingerprintOf = (query: unknown, body: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify([inOrder(query), inOrder(body)]))
    .digest('base64url')

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (typeof value !== 'object' || value === null) return value ?? null
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, entry]) => [key, inOrder(entry)])
}
