import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '@edfi-tenants/core'
import type { Ownership } from '@edfi-tenants/provisioner'
import type { Session } from './connect.js'
import { stopped } from './errors.js'

/** Locks of this kind count within one database: `master`, where every operation begins. */
const tryLock = `declare @result int;
exec @result = sys.sp_getapplock @Resource = @resource, @LockMode = N'Exclusive', @LockOwner = N'Session',
  @LockTimeout = 0, @DbPrincipal = N'public';
select @result as result`

/**
 * Takes the lock on an instance for as long as the session lives; waits while another worker, or what is left of one,
 * has it. A lock lost together with its connection is noticed by the next statement, which then fails.
 */
export async function lockInstance(session: Session, owner: Ownership, signal: AbortSignal): Promise<void> {
  const resource = lockName(`${owner.installationId}\n${owner.instanceId}`)
  for (let waitMs = 25; ; waitMs = Math.min(waitMs * 2, 500)) {
    if (await tryToLock(session, resource)) return
    await pause(waitMs, signal)
  }
}

/** Takes the first free one of several locks, whichever that is, and gives its number; waits while there is none. */
export async function lockOneOf(session: Session, what: string, count: number, signal: AbortSignal): Promise<number> {
  for (;;) {
    for (let number = 1; number <= count; number++)
      if (await tryToLock(session, lockName(`${what}\n${number}`))) return number
    await pause(1_000, signal)
  }
}

async function tryToLock(session: Session, resource: string): Promise<boolean> {
  const [row] = await session.query<{ result: number }>(tryLock, { resource })
  const result = row?.result ?? -999
  if (result < -1) throw new Failure('database_error', 'The server gives no lock.', { retryable: true })
  return result >= 0
}

async function pause(waitMs: number, signal: AbortSignal): Promise<void> {
  await sleep(waitMs, undefined, { signal }).catch(() => {
    throw stopped(signal)
  })
}

const lockName = (what: string): string =>
  `edfi-tenants:${createHash('sha256').update(what).digest('hex').slice(0, 32)}`
