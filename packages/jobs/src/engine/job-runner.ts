import { randomUUID } from 'node:crypto'
import os from 'node:os'
import { asFailure } from '@edfi-tenants/core'
import { claimJob, type ClaimedJob, type Database } from '@edfi-tenants/store'
import { inSpan, recordSpan } from '@edfi-tenants/tracing'
import type { JobServices } from './access.js'
import { definitionKey, type JobDefinition } from './define-job.js'
import { createLeaseKeeper } from './lease-keeper.js'
import { runJob } from './run-job.js'
import { openJob } from './running-job.js'

/** Runs the jobs that are rung to this worker. */
export interface JobRunner {
  /** Who this worker is: host, process and a random part, as job events name it. */
  readonly worker: string
  /** Claims and runs a job until it ends or waits. Does nothing when there is nothing to claim. */
  run: (jobId: string) => Promise<void>
  /**
   * Takes no more jobs, lets running steps go on for `graceMs`, then stops them; every job is put back as due, so that
   * other workers go on with it at once.
   */
  stop(graceMs: number): Promise<void>
}

/** What a trace says of a job. */
const about = (job: ClaimedJob) => ({
  'tm.job.id': job.id,
  'tm.job.type': job.type,
  'tm.job.attempt': job.attempt,
  'tm.job.direction': job.direction,
  'tm.tenant': job.tenant,
  'tm.instance.id': job.instanceId,
  'tm.batch.id': job.batchId,
  'tm.request.id': job.requestId,
})

/** What every line of the log says that is about a job. */
const lineContext = ({ id, type, tenant, instanceId, batchId, requestId }: ClaimedJob) => ({
  job: id,
  type,
  ...(tenant === null ? {} : { tenant }),
  ...(instanceId === null ? {} : { instance: instanceId }),
  ...(batchId === null ? {} : { batch: batchId }),
  ...(requestId === null ? {} : { requestId }),
})

/** Makes the runner of one worker process. */
export function createJobRunner(options: {
  services: JobServices
  definitions: ReadonlyMap<string, JobDefinition>
  /** A connection of their own for heartbeats, so that they never queue behind other work. */
  heartbeatDatabase: Database
  leaseSeconds: number
  retryForMs: number
}): JobRunner {
  const { services, definitions, leaseSeconds } = options
  const worker = `${os.hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`
  const known = [...definitions.values()].map(definitionKey)
  const leases = createLeaseKeeper({ database: options.heartbeatDatabase, leaseSeconds })
  const running = new Set<Promise<void>>()
  let stopping = false

  async function run(jobId: string): Promise<void> {
    if (stopping) return
    const claimedAt = performance.now()
    const job = await claimJob(services.store.database, jobId, { worker, leaseSeconds, definitions: known })
    const definition = job && definitions.get(job.type)
    if (!job || !definition) return
    await inSpan(job.type, { kind: 'consumer', parent: job.traceContext, attributes: about(job) }, () => {
      recordSpan('wait for a worker', { startTime: Date.now() - job.waitedMs })
      return runClaimed(definition, job, claimedAt)
    })
  }

  async function runClaimed(definition: JobDefinition, job: ClaimedJob, claimedAt: number): Promise<void> {
    const { type, rungForMs, waitedMs } = job
    const rungForSeconds = rungForMs === null ? null : rungForMs / 1000
    services.measures.jobTaken({ type, rungForSeconds, waitedSeconds: waitedMs / 1000 })
    const held = leases.hold({ jobId: job.id, epoch: job.epoch }, claimedAt)
    const opened = openJob(job, held, { ...services, log: services.log.child(lineContext(job)) })
    try {
      await runJob(definition, opened, {
        retryForMs: options.retryForMs,
        isStopping: () => stopping,
      })
    } finally {
      opened.close()
      held.release()
      services.measures.jobLetGo()
    }
  }

  return {
    worker,
    run(jobId) {
      const work = run(jobId).catch((error: unknown) => {
        services.log.error('a rung job could not be claimed; a sweep rings it again', {
          job: jobId,
          error: asFailure(error),
        })
      })
      running.add(work)
      return work.finally(() => running.delete(work))
    },
    async stop(graceMs) {
      stopping = true
      const grace = setTimeout(() => leases.stopAll('shutdown'), graceMs)
      await Promise.allSettled(running)
      clearTimeout(grace)
      leases.close()
    },
  }
}
