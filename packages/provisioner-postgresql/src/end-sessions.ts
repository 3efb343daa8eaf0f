import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '@edfi-tenants/core'
import type { Operation, Server } from '@edfi-tenants/provisioner'
import { maintenanceTarget, withSession, type Session } from './connect.js'
import { stateOf } from './errors.js'
import { lackingRight, membership } from './lacking-rights.js'
import { quoteName } from './quote.js'

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
    const found = await terminate(session, identity)
    for (const { pid, may } of found) if (may) ended.add(pid)
    if (found.length === 0) return ended.size
    if (Date.now() >= deadline) throw doesNotEnd(found)
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
    if (ending.status === 'rejected') throw ending.reason
    const left = stateOf(result.reason) === '55006' ? await terminate(other, identity) : []
    throw left.some(({ may }) => !may) ? doesNotEnd(left) : result.reason
  })
}

const doesNotEnd = (found: readonly FoundSession[]): Failure => {
  const superuser = found.find(({ may }) => !may)?.username
  const text =
    superuser === undefined
      ? 'A session on the database does not end.'
      : `A session of the superuser "${superuser}" is on the database; only a superuser can end it.`
  return new Failure('database_error', text, { retryable: true })
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

interface FoundSession {
  pid: number
  username: string
  superuser: boolean
  login: string
  may: boolean
}

/**
 * Ends those that may be: who has pg_signal_backend may end all but superusers' sessions, and a member of a role that
 * role's. https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-SIGNAL
 */
const endQuery = `
  select pid, username, superuser, login, may, case when may then pg_terminate_backend(pid) end as ended
  from (
    select s.pid, coalesce(s.usename::text, '') as username, coalesce(r.rolsuper, false) as superuser, current_user::text as login,
      case when coalesce(r.rolsuper, false) then (select rolsuper from pg_roles where rolname = current_user)
        else pg_has_role('pg_signal_backend', 'USAGE') or pg_has_role(s.usesysid, 'USAGE') end as may
    from pg_stat_activity s left join pg_roles r on r.oid = s.usesysid
    where s.datid = $1::oid and s.pid <> pg_backend_pid() and s.usesysid is not null
  ) as session`

/**
 * Tells the sessions on a database to end, and gives the processes of those that had not ended before. Those of
 * superusers (a cloud's own, which look in now and then) are left to leave by themselves.
 */
async function terminate(session: Session, identity: string): Promise<FoundSession[]> {
  const found = await session.query<FoundSession>(endQuery, [identity])
  const kept = found.find(({ may, superuser }) => !may && !superuser)
  if (kept)
    throw lackingRight(
      `The login may not end the sessions of "${kept.username}" on the database.`,
      `GRANT pg_signal_backend TO ${quoteName(kept.login)}; or ${membership(kept.username, kept.login)}`,
    )
  return found
}
