import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ownership } from '@edfi-tenants/provisioner'
import type { Session } from './connect.js'
import { stopped } from './errors.js'

/**
 * Advisory locks count within one database, so all workers must use the same maintenance database. The second column
 * makes the server look, while it works for us, whether we are still there: a dead worker's copy ends within seconds
 * instead of keeping its successor waiting. The setting exists from version 14 on and needs the server to run on Linux.
 */
const tryLock = `
  select pg_try_advisory_lock($1) as locked,
    case when current_setting('server_version_num')::int >= 140000 and version() like '%linux%'
      then set_config('client_connection_check_interval', '2s', false) end as checked`

/**
 * Takes the lock on an instance for as long as the session lives; waits while another worker, or what is left of one,
 * has it. A lock lost together with its connection is noticed by the next statement, which then fails.
 */
export async function lockInstance(session: Session, owner: Ownership, signal: AbortSignal): Promise<void> {
  const key = lockKey(owner)
  for (let waitMs = 25; ; waitMs = Math.min(waitMs * 2, 500)) {
    const [row] = await session.query<{ locked: boolean }>(tryLock, [key])
    if (row?.locked) return
    await sleep(waitMs, undefined, { signal }).catch(() => {
      throw stopped(signal)
    })
  }
}

const lockKey = (owner: Ownership): string =>
  createHash('sha256').update(`${owner.installationId}\n${owner.instanceId}`).digest().readBigInt64BE().toString()
