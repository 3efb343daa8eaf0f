import type { EventFilter, EventRow, Snapshot } from '@edfi-tenants/store'

/** An event with the id under which a reader goes on behind it. */
export interface Told {
  id: string
  event: EventRow
}

/** What a stream tells: of a job, of a batch, of a tenant. Made for one reader, whose place it remembers. */
export interface Story {
  filter: EventFilter
  /** What to begin the stream with, so that a reader who has seen no event yet can come back without a gap. */
  firstId(since: Snapshot): string | null
  /** What happened before `since` and the reader has not seen, in pages. */
  history(since: Snapshot): AsyncGenerator<Told[]>
  /** What has just happened and the reader has not seen. */
  news(events: readonly EventRow[], between: { seen: Snapshot; until: Snapshot }): Told[]
  /** Whether an event of this type may be the last one. */
  mayEndWith(type: string): boolean
  /** Whether what it is about has ended. To be believed only when it was so before the history, or the last event was told. */
  isOver(): Promise<boolean>
}
