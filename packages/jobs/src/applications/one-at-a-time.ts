import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from '@edfi-tenants/store'
import type { StepContext } from '../engine/define-job.js'

const firstPauseMs = 50
const longestPauseMs = 1_000

/** Who waits in this process, by environment: so one environment holds one connection of the pool at most. */
const queues = new WeakMap<Pool, Map<string, Promise<unknown>>>()

/**
 * Does something about one thing in Admin API, which knows no transactions, while no other worker does anything about the
 * same thing. The lock ends with its connection. Others are waited for without a connection, until the signal ends the
 * waiting.
 */
export async function oneAtATime<Result>(
  context: Pick<StepContext, 'instance' | 'environment' | 'store' | 'signal'>,
  thing: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const { instance, store, signal } = context
  const { multiTenant } = await context.environment()
  const tenant = multiTenant ? instance.adminTenant.toLowerCase() : ''
  const name = JSON.stringify(['admin-api', instance.environmentId, tenant, thing])
  return inTurn(store.database, instance.environmentId, signal, async () => {
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      signal.throwIfAborted()
      const done = await store.database.transaction(async (database) => {
        const [lock] = await database.query<{ held: boolean }>(
          'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS held',
          [name],
        )
        return lock?.held ? { result: await work() } : null
      })
      if (done) return done.result
      await sleep(pauseMs * (0.5 + Math.random()), undefined, { signal })
    }
  })
}

async function inTurn<Result>(
  pool: Pool,
  environmentId: string,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  const queue = queues.get(pool) ?? new Map<string, Promise<unknown>>()
  queues.set(pool, queue)
  const before = queue.get(environmentId) ?? Promise.resolve()
  // Who has given up by the time it is their turn passes it on.
  const turn = before.then(() => {
    signal.throwIfAborted()
    return work()
  })
  const settled = turn.catch(() => undefined)
  queue.set(environmentId, settled)
  void settled.then(() => {
    if (queue.get(environmentId) === settled) queue.delete(environmentId)
  })
  return turn
}
