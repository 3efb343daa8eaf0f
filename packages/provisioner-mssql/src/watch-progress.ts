import { setTimeout as sleep } from 'node:timers/promises'
import type { Operation, Server } from '@edfi-tenants/provisioner'
import { maintenanceTarget, withSession, type Session } from './connect.js'

const intervalMs = 2_000

/** Says on which session the statement runs whose progress is to be watched. */
export async function sessionNumber(session: Session): Promise<number> {
  const [row] = await session.query<{ id: number }>('select convert(int, @@spid) as id')
  return row?.id ?? 0
}

/**
 * Says how far BACKUP and RESTORE are while they run, from a second connection. Not knowing it (it takes VIEW SERVER
 * STATE) is no reason to fail.
 */
export async function watchProgress<Result>(
  server: Server,
  operation: Operation,
  { session, from, to, detail }: { session: number; from: number; to: number; detail: string },
  work: () => Promise<Result>,
): Promise<Result> {
  const ending = new AbortController()
  const signal = AbortSignal.any([operation.signal, ending.signal])
  const watch = async () => {
    await sleep(intervalMs, undefined, { signal })
    await withSession(maintenanceTarget(server), signal, async (other) => {
      while (!signal.aborted) {
        const [row] = await other.query<{ percent: number | null }>(
          'select percent_complete as [percent] from sys.dm_exec_requests where session_id = @session',
          { session },
        )
        if (row?.percent) operation.progress(Math.round(from + ((to - from) * row.percent) / 100), detail)
        await sleep(intervalMs, undefined, { signal })
      }
    })
  }
  const watching = watch().catch(() => undefined)
  try {
    return await work()
  } finally {
    ending.abort()
    await watching
  }
}
