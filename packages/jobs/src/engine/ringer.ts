import { releaseRings, takeDueJobs, type DueJob, type Pool } from '@edfi-tenants/store'
import type { QueueProducer } from '@edfi-tenants/queue'
import type { Log } from './log.js'

/** Rings jobs that are due. */
export interface Ringer {
  /** Something has become due, or a slot free: ring soon. Returns at once; many requests become one round. */
  request(): void
  /** Rings what is due unless another process is at it; for periodic use. */
  sweep(): Promise<void>
  /** Waits for the round under way. */
  close(): Promise<void>
}

/** Between rounds that follow each other at once, in milliseconds. */
const pauseMs = 20

/**
 * Makes a ringer. Rows first, bell second: a job is marked as rung (and its slot reserved) before its entry is put on
 * the queue; when the queue is away the mark is taken back and a later sweep tries again.
 */
export function createRinger(options: {
  database: Pool
  queue: QueueProducer
  log: Pick<Log, 'info' | 'warn'>
  /** Told of each job that is rung again because nobody has it who should. */
  onRepair?: (kind: NonNullable<DueJob['repair']>) => void
}): Ringer {
  const { database, queue, log, onRepair = () => undefined } = options
  let requested = false
  let closed = false
  let running: Promise<void> | null = null
  let queueAway = false
  const isRequested = (): boolean => requested

  /** False when the queue is away. */
  async function round(wait: boolean): Promise<boolean> {
    const due = await takeDueJobs(database, { wait })
    if (due.length === 0) return true
    try {
      await queue.ring(due)
      for (const { repair } of due) if (repair) onRepair(repair)
      if (queueAway) log.info('the queue is back; jobs are rung again')
      queueAway = false
      return true
    } catch (error) {
      if (!queueAway) log.warn('the queue is away; jobs wait in the database', { error })
      queueAway = true
      await releaseRings(
        database,
        due.map((job) => job.jobId),
      )
      return false
    }
  }

  async function drain(): Promise<void> {
    try {
      while (isRequested() && !closed) {
        requested = false
        if (!(await round(true))) return
        // Under a flood of requests one round serves many of them; a single one never waits for this.
        if (isRequested()) await new Promise((resolve) => setTimeout(resolve, pauseMs))
      }
    } catch (error) {
      log.warn('ringing failed; the next sweep repeats it', { error })
    } finally {
      running = null
    }
  }

  return {
    request() {
      requested = true
      if (!closed) running ??= drain()
    },
    async sweep() {
      if (closed || running) return
      try {
        await round(false)
      } catch (error) {
        log.warn('the sweep failed; the next one repeats it', { error })
      }
    },
    async close() {
      closed = true
      await running
    },
  }
}
