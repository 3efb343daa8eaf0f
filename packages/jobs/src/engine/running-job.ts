import { Failure, isFailure, type JsonObject } from '@edfi-tenants/core'
import { readInstance, writeJob, type InstanceRow, type JobRow, type JobWrite } from '@edfi-tenants/store'
import type { StepContext } from './define-job.js'
import type { HeldLease } from './lease-keeper.js'
import { createAccess, type JobServices } from './access.js'
import type { Log } from './log.js'
import { createProgressWriter } from './progress-writer.js'

/** One claimed job in this worker: its rows as they are now, and the fenced way to change them. */
export interface RunningJob {
  job: JobRow
  held: HeldLease
  services: JobServices
  /**
   * Writes while the lease holds, and keeps the rows here in step with what was written. Several writes become one
   * statement, later ones winning; nothing to write is no statement.
   */
  write(...writes: JobWrite[]): Promise<void>
  /** For lines about a step: they say which, and which try of it. */
  stepLog(position: number): Log
  context(position: number, signal: AbortSignal, stepProgress: (percent: number) => number): Promise<StepContext>
  /** After a refused login: whether one of this run may have been changed meanwhile, so that trying again may help. */
  loginRefused(): Promise<boolean>
  /** Ends what goes on beside the run. */
  close(): void
}

/** Prepares a claimed job. What steps reach (server, Admin API) is opened when the first of them asks. */
export function openJob(job: JobRow, held: HeldLease, services: JobServices): RunningJob {
  let instance: InstanceRow | null = null
  // Steps come one after the other: what is reached says for which of them.
  let log = services.log
  const access = createAccess({ ...services, log: { warn: (...line) => log.warn(...line) } }, job, () => instance)
  const stepLog = (position: number): Log => {
    const { name, attempts } = job.steps[position] ?? {}
    return services.log.child({ step: name, attempt: attempts, direction: job.direction })
  }

  async function write(...writes: JobWrite[]): Promise<void> {
    const filled = writes.filter((each) => Object.keys(each).length > 0)
    if (filled.length === 0) return
    const change = joinWrites(filled)
    const { cancelRequested } = await withPatience(held, () => writeJob(services.store.database, held.lease, change))
    if (cancelRequested) held.cancel()
    if (change.job?.direction !== undefined) job.direction = change.job.direction
    if (change.job?.needsSlot !== undefined) job.needsSlot = change.job.needsSlot
    if (change.job?.error !== undefined) job.error = change.job.error
    if (change.job?.outcome !== undefined) job.outcome = change.job.outcome
    if (change.job?.trouble === 'clear') job.troubledForMs = 0
    for (const patch of change.steps ?? []) {
      const row = job.steps[patch.position]
      if (!row) continue
      if (patch.status !== undefined) row.status = patch.status
      if (patch.output !== undefined) row.output = patch.output
      if (patch.error !== undefined) row.error = patch.error
      if (patch.started) row.attempts += 1
    }
    if (instance && change.instance) Object.assign(instance, change.instance)
    if (change.releaseSlot || change.endLease) services.onSlotFree()
  }

  return {
    job,
    held,
    services,
    write,
    stepLog,
    loginRefused: () => access.logins.refused(),
    close: () => access.logins.close(),
    async context(position, signal, stepProgress) {
      log = stepLog(position)
      if (job.instanceId && !instance) instance = await readInstance(services.store.database, job.instanceId, '*')
      const progress = createProgressWriter({
        write: (percent, detail) =>
          write({ job: { progress: stepProgress(percent) }, ...(detail ? { steps: [{ position, detail }] } : {}) }),
        log,
      })
      return {
        job,
        get instance() {
          if (!instance) throw new Failure('internal_error', `The job ${job.type} has no instance.`)
          return instance
        },
        saved: (job.steps[position]?.output ?? null) as JsonObject | null,
        store: services.store,
        ownership: {
          installationId: services.store.installationId,
          instanceId: job.instanceId ?? '',
          epoch: job.epoch,
        },
        signal,
        fence: async () => {
          signal.throwIfAborted()
          await held.fence()
        },
        progress,
        ...access.forSteps,
        archives: services.archives,
        seedBundles: services.seedBundles,
        hooks: services.hooks,
        settings: services.settings,
        save: (record) =>
          write({
            ...(record.output === undefined ? {} : { steps: [{ position, output: record.output }] }),
            ...(record.instance ? { instance: record.instance } : {}),
          }),
      }
    },
  }
}

/** Several writes as one. */
function joinWrites(writes: readonly JobWrite[]): JobWrite {
  return writes.reduce((first, next) => ({
    ...first,
    ...next,
    job: { ...first.job, ...next.job },
    steps: [...(first.steps ?? []), ...(next.steps ?? [])],
    events: [...(first.events ?? []), ...(next.events ?? [])],
    ...(first.instance || next.instance ? { instance: { ...first.instance, ...next.instance } } : {}),
    releaseSlot: (first.releaseSlot ?? false) || (next.releaseSlot ?? false),
  }))
}

/** How long to wait before a write is repeated, in milliseconds. */
const pauseMs = 200

/**
 * Repeats a write while the control database is away, as long as the lease may still hold: a restart or failover of a
 * few seconds does not cost the jobs that run. What was written although its answer was lost is written once more.
 */
async function withPatience<Result>(held: HeldLease, write: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await write()
    } catch (error) {
      const isAway = isFailure(error) && error.code === 'control_database_unavailable'
      if (!isAway || held.isLost()) throw error
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
}
