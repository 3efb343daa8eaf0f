import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '@edfi-tenants/core'
import type { Operation, Server } from '@edfi-tenants/provisioner'
import { maintenanceTarget, withSession, type Session } from './connect.js'
import { insteadOf } from './errors.js'

/** How long ended sessions may take to be gone. */
const sessionsGoneMs = 5_000

/** Background workers without a user (autovacuum) leave by themselves when somebody wants the database. */
const sessionsOn = 'from pg_stat_activity where datid = $1::oid and pid <> pg_backend_pid() and usesysid is not null'

/** How many sessions there are on a database. */
export async function countSessions(session: Session, identity: string): Promise<number> {
  const [row] = await session.query<{ count: number }>(`select count(*)::int as count ${sessionsOn}`, [identity])
  return row?.count ?? 0
}

/**
 * Ends the sessions on a database that takes no new ones, waits until they are gone, and gives their number. Fails with
 * a retryable `database_error` when one does not end.
 */
export async function endSessions(session: Session, identity: string): Promise<number> {
  const ended = new Set<number>()
  const deadline = Date.now() + sessionsGoneMs
  for (;;) {
    const pids = await terminate(session, identity)
    for (const pid of pids) ended.add(pid)
    if (pids.length === 0) return ended.size
    if (Date.now() >= deadline)
      throw new Failure('database_error', 'A session on the database does not end.', { retryable: true })
    await sleep(20)
  }
}

/**
 * Ends the sessions on a database while a statement of another connection waits for them. RENAME and CREATE DATABASE …
 * TEMPLATE lock the database before they wait (up to five seconds) for others to leave: whoever connects anew waits for
 * that lock. So the way in never has to be closed, and nobody has to open it again after a crash.
 * https://github.com/postgres/postgres/blob/master/src/backend/commands/dbcommands.c
 */
export async function whileSessionsEnd<Result>(
  server: Server,
  identity: string,
  operation: Operation,
  statement: () => Promise<Result>,
): Promise<Result> {
  return withSession(maintenanceTarget(server), operation.signal, async (other) => {
    await terminate(other, identity)
    const waiting = new AbortController()
    const running = statement().finally(() => {
      waiting.abort()
    })
    const [result, ending] = await Promise.allSettled([running, keepEnding(other, identity, waiting.signal)])
    if (result.status === 'fulfilled') return result.value
    // What kept the sessions from being ended says more than that they were still there.
    throw ending.status === 'rejected' ? ending.reason : result.reason
  })
}

/** Often while the statement may still be waiting, then seldom: a copy that has begun lets nobody in. */
async function keepEnding(session: Session, identity: string, waiting: AbortSignal): Promise<void> {
  const start = Date.now()
  while (!waiting.aborted) {
    await terminate(session, identity)
    const pauseMs = Date.now() - start < 2 * sessionsGoneMs ? 25 : 1_000
    await sleep(pauseMs, undefined, { signal: waiting }).catch(() => undefined)
  }
}

/** Tells the sessions on a database to end, and gives the processes of those that had not ended before. */
async function terminate(session: Session, identity: string): Promise<number[]> {
  try {
    const rows = await session.query<{ pid: number }>(`select pid, pg_terminate_backend(pid) ${sessionsOn}`, [identity])
    return rows.map(({ pid }) => pid)
  } catch (error) {
    throw insteadOf(
      error,
      ['42501'],
      'insufficient_privilege',
      'The login may not end the sessions on the database: it needs pg_signal_backend, and superusers’ sessions must ' +
        'be ended by a superuser.',
    )
  }
}
