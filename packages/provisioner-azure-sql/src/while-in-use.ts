import { setTimeout as sleep } from 'node:timers/promises'
import { hasNumber, inUseNumbers } from '@edfi-tenants/provisioner-mssql'

/** How long sessions that were ended may take to leave. */
const freeWithinMs = 30_000

/**
 * Runs a statement that needs a database nobody is on, again while somebody still is, ending sessions in between. Our
 * own last connection to it is among those that take a moment.
 */
export async function whileInUse(free: () => Promise<unknown>, run: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + freeWithinMs
  for (let waitMs = 5; ; waitMs = Math.min(waitMs * 2, 1_000))
    try {
      await run()
      return
    } catch (error) {
      if (!hasNumber(error, inUseNumbers) || Date.now() >= deadline) throw error
      await free()
      await sleep(waitMs)
    }
}
