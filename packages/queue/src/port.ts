/** Where the queue writes what it has to say; a winston logger fits. Nothing of an entry but its ids is logged. */
export interface QueueLog {
  debug(message: string, details?: Record<string, unknown>): unknown
  info(message: string, details?: Record<string, unknown>): unknown
  warn(message: string, details?: Record<string, unknown>): unknown
}

/** A row that is due: what to put on the queue for it, and for which workers. */
export interface Ring {
  jobId: string
  /** How often the row has been rung; makes the entry's id unique, as BullMQ ignores an id it has seen. */
  ring: number
  /** `<pool>` or `<pool>.<engine>`, for instance `default.postgresql`. */
  route: string
}

/** The side that puts entries on the queue. */
export interface QueueProducer {
  /**
   * Puts entries on the queue. Rejects with {@link QueueUnreachable} within 500 ms (at once when the queue is known to be
   * away) and never waits for the queue to come back: the row is the truth, and a sweep rings it again.
   */
  ring(rings: readonly Ring[]): Promise<void>
  /** Whether the queue answers now; takes 500 ms at most and never rejects. */
  isReachable(): Promise<boolean>
  /** Calls the listener each time the queue answers again after it had been away. */
  onReachable(listener: () => void): void
  close(): Promise<void>
}

/** The side that takes entries off the queue. */
export interface QueueConsumer {
  /**
   * Takes nothing new, waits for what runs (30 s unless told), and lets go of the rest: an entry still running then is
   * handed to another worker once its lock has run out.
   */
  close(options?: { waitMs?: number }): Promise<void>
}

/** The queue did not take or give what was asked in time. The reason is the cause. */
export class QueueUnreachable extends Error {
  constructor(reason: string, options?: { cause?: unknown }) {
    super(`The queue cannot be reached: ${reason}`, options)
    this.name = 'QueueUnreachable'
  }
}
