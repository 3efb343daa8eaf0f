import { healthScheduler, insertWork, takeServersDueForHealth, type Pool } from '@edfi-tenants/store'
import { checkHealth } from '../check-health.js'
import { newJob } from '../requests/new-job.js'
import type { HealthCheckParameters } from './findings.js'

/** Nobody waits for them: whatever a client has asked for goes first. */
const scheduledPriority = -100

const scheduler = {
  actor: { clientId: healthScheduler, scopes: [], tenants: '*' as const },
  requestId: null,
  remoteAddress: null,
}

/**
 * Writes a health check for every database server that has instances whose turn has come; for periodic use by any
 * process. Returns how many: whoever calls rings afterwards.
 */
export function scheduleHealthChecks(pool: Pool, intervalSeconds: number): Promise<number> {
  const parameters: HealthCheckParameters = { dueEverySeconds: intervalSeconds }
  return pool.transaction(async (database) => {
    const due = await takeServersDueForHealth(database, intervalSeconds)
    if (due.length === 0) return 0
    const jobs = due.map(({ id, engine, workerPool }) =>
      newJob(checkHealth, scheduler, {
        serverId: id,
        engine,
        workerPool,
        priority: scheduledPriority,
        parameters: { ...parameters },
      }),
    )
    await insertWork(database, { jobs, audit: [] })
    return jobs.length
  })
}
