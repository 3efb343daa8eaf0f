import { setTimeout as sleep } from 'node:timers/promises'
import type { Operation, Server } from '@edfi-tenants/provisioner'
import { maintenanceTarget, withSession } from '@edfi-tenants/provisioner-mssql'
import { readAzureSettings } from './settings.js'
import { sayHowFar } from './wait-until-online.js'

/** A statement that is done sooner needs nobody who looks after it. */
const quietForMs = 1_000

/**
 * Runs the statement that begins a copy, and says from a second connection how far that is: the statement may run until
 * the copy is complete. https://learn.microsoft.com/azure/azure-sql/database/database-copy#copy-using-transact-sql
 * Not knowing it is no reason to fail. `server` is one that `asSqlServer` gave.
 */
export async function watchCopy<Result>(
  server: Server,
  name: string,
  operation: Operation,
  work: () => Promise<Result>,
): Promise<Result> {
  const ending = new AbortController()
  const signal = AbortSignal.any([operation.signal, ending.signal])
  const watch = async () => {
    await sleep(quietForMs, undefined, { signal })
    await withSession(maintenanceTarget(server), signal, async (other) => {
      while (!signal.aborted) {
        await sayHowFar(other, name, operation.progress)
        await sleep(readAzureSettings(server).pollIntervalMs, undefined, { signal })
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
