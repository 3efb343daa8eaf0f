import { Failure, type Json } from '@edfi-tenants/core'
import type { Records } from './records.js'

/** Which request a key stands for. */
export interface IdempotencyKey {
  clientId: string
  method: string
  path: string
  key: string
  /** Hash of the payload. */
  fingerprint: string
}

/** A held claim on a key: whoever holds it may run the request. */
export interface IdempotencyClaim extends IdempotencyKey {
  /** Tells this claim from a later one on the same key. */
  expiresAt: string
}

/** An answer as it is replayed. */
export interface KeptAnswer {
  status: number
  headers: Record<string, string>
  body: Json
}

/** How long a claim holds without an answer, in seconds; longer than any request may run. */
const claimSeconds = 120
/** How long an answer is kept. */
const keepHours = 24

const microseconds = `to_char(expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

/**
 * Claims a key, or gives the answer of the request that had it. Fails with `idempotency_key_in_use` while that one runs
 * (and for two minutes after its process died), with `idempotency_key_reused` when it was another request.
 */
export async function claimIdempotencyKey(
  store: Pick<Records, 'database' | 'sealer'>,
  wanted: IdempotencyKey,
): Promise<{ claim: IdempotencyClaim } | { answer: KeptAnswer }> {
  const { clientId, method, path, key, fingerprint } = wanted
  const [claimed] = await store.database.query<{ expiresAt: string }>(
    `INSERT INTO idempotency_keys (client_id, method, path, key, fingerprint, expires_at)
     VALUES ($1, $2, $3, $4, $5, now() + interval '${claimSeconds} seconds')
     ON CONFLICT (client_id, method, path, key) DO UPDATE
       SET fingerprint = excluded.fingerprint, status = NULL, answer = NULL, created_at = now(), expires_at = excluded.expires_at
       WHERE idempotency_keys.expires_at <= now()
     RETURNING ${microseconds} AS "expiresAt"`,
    [clientId, method, path, key, fingerprint],
  )
  if (claimed) return { claim: { ...wanted, expiresAt: claimed.expiresAt } }
  const [held] = await store.database.query<{ fingerprint: string; answer: string | null }>(
    `SELECT fingerprint, answer FROM idempotency_keys WHERE client_id = $1 AND method = $2 AND path = $3 AND key = $4`,
    [clientId, method, path, key],
  )
  if (held && held.fingerprint !== fingerprint)
    throw new Failure('idempotency_key_reused', 'This Idempotency-Key was used for a request with another payload.')
  if (!held?.answer)
    throw new Failure('idempotency_key_in_use', 'A request with this Idempotency-Key is still being answered.', {
      retryable: true,
      retryAfterMs: 1_000,
    })
  return { answer: JSON.parse(store.sealer.open(held.answer, context(wanted))) as KeptAnswer }
}

/**
 * Keeps the answer of a claimed request for 24 hours, sealed. To be called in the transaction that does what was asked:
 * it fails, and so undoes that, when the claim was lost to another request meanwhile.
 */
export async function keepAnswer(
  store: Pick<Records, 'database' | 'sealer'>,
  claim: IdempotencyClaim,
  answer: KeptAnswer,
): Promise<void> {
  const kept = await store.database.query(
    `UPDATE idempotency_keys SET status = $6::integer, answer = $7, expires_at = now() + interval '${keepHours} hours'
     WHERE client_id = $1 AND method = $2 AND path = $3 AND key = $4 AND expires_at = $5::timestamptz AND status IS NULL
     RETURNING key`,
    [...claimValues(claim), answer.status, store.sealer.seal(JSON.stringify(answer), context(claim))],
  )
  if (kept.length === 0)
    throw new Failure('idempotency_key_in_use', 'Another request with this Idempotency-Key took over.', {
      retryable: true,
    })
}

/** Lets go of a key whose request was not answered with success, so that it can be used again. */
export async function releaseIdempotencyKey(store: Pick<Records, 'database'>, claim: IdempotencyClaim): Promise<void> {
  await store.database.query(
    `DELETE FROM idempotency_keys
     WHERE client_id = $1 AND method = $2 AND path = $3 AND key = $4 AND expires_at = $5::timestamptz AND status IS NULL`,
    claimValues(claim),
  )
}

/** Removes keys whose time is up; for sweeps. Returns how many. */
export async function removeExpiredIdempotencyKeys(store: Pick<Records, 'database'>): Promise<number> {
  const removed = await store.database.query('DELETE FROM idempotency_keys WHERE expires_at <= now() RETURNING key')
  return removed.length
}

/** What a kept answer is bound to. */
export const answerContext = (clientId: string, method: string, path: string, key: string): string =>
  `idempotency_keys/${JSON.stringify([clientId, method, path, key])}/answer`

const context = ({ clientId, method, path, key }: IdempotencyKey) => answerContext(clientId, method, path, key)

const claimValues = (claim: IdempotencyClaim) => [claim.clientId, claim.method, claim.path, claim.key, claim.expiresAt]
