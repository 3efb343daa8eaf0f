import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { countRepairs } from './count-repairs.js'
import { measureAdminApi, type AdminApiExchange } from './measure-admin-api.js'

/** What a worker tells Prometheus, and whom it is told by. */
export interface WorkerMetrics {
  /** For the runner of jobs. */
  jobs: {
    jobTaken(job: { type: string; rungForSeconds: number | null; waitedSeconds: number }): void
    jobLetGo(): void
    jobEnded(job: { type: string; status: string; seconds: number }): void
    stepTried(step: { step: string; direction: string; outcome: string; seconds: number }): void
  }
  /** For the ringer: jobs that were found due although a worker should have had them. */
  repaired(kind: string): void
  /** For the client of Admin API. */
  observeAdminApi(exchange: AdminApiExchange): void
  /** Everything in the text format, with its media type. */
  read(): Promise<{ media: string; content: string }>
}

/** From what a step takes that only looks, to what a restore of a large database takes, in seconds. */
const workSeconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 4 * 3600]
const ringSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** Makes the metrics of a worker that runs up to `concurrency` jobs at once. */
export function createWorkerMetrics(concurrency: number): WorkerMetrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'edfi_tenants_' })
  const registers = [registry]
  const ringLag = new Histogram({
    name: 'edfi_tenants_job_ring_lag_seconds',
    help: 'From the last ring of a job to the moment a worker had it.',
    labelNames: ['type'],
    buckets: ringSeconds,
    registers,
  })
  const waits = new Histogram({
    name: 'edfi_tenants_job_wait_seconds',
    help: 'From the moment a job was due to the moment a worker had it.',
    labelNames: ['type'],
    buckets: workSeconds,
    registers,
  })
  const jobs = new Histogram({
    name: 'edfi_tenants_job_duration_seconds',
    help: 'Ended jobs, from the moment a worker first had them.',
    labelNames: ['type', 'status'],
    buckets: workSeconds,
    registers,
  })
  const steps = new Histogram({
    name: 'edfi_tenants_step_duration_seconds',
    help: 'Tries of steps and of their undo.',
    labelNames: ['step', 'direction', 'outcome'],
    buckets: workSeconds,
    registers,
  })
  const running = new Gauge({ name: 'edfi_tenants_worker_jobs_running', help: 'Jobs that this worker has.', registers })
  const most = new Gauge({
    name: 'edfi_tenants_worker_concurrency',
    help: 'Jobs that this worker runs at once.',
    registers,
  })
  most.set(concurrency)
  return {
    jobs: {
      jobTaken({ type, rungForSeconds, waitedSeconds }) {
        running.inc()
        if (rungForSeconds !== null) ringLag.observe({ type }, rungForSeconds)
        waits.observe({ type }, waitedSeconds)
      },
      jobLetGo: () => running.dec(),
      jobEnded: ({ type, status, seconds }) => jobs.observe({ type, status }, seconds),
      stepTried: ({ step, direction, outcome, seconds }) => steps.observe({ step, direction, outcome }, seconds),
    },
    repaired: countRepairs(registry),
    observeAdminApi: measureAdminApi(registry),
    read: async () => ({ media: registry.contentType, content: await registry.metrics() }),
  }
}
