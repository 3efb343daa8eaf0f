import {
  readEvents,
  readSnapshot,
  type Database,
  type EventFilter,
  type EventRow,
  type Snapshot,
} from '@edfi-tenants/store'
import type { Log } from '../parts.js'

/** How often new events are looked for while anybody listens, in milliseconds. */
const defaultIntervalMs = 300

/** Events that one statement reads. */
const pageSize = 2_000

/** Who listens. */
export interface Follower {
  filter: EventFilter
  /** Gets what became visible between two snapshots and fits the filter, in order; in parts where it is much. */
  take(events: readonly EventRow[], between: { seen: Snapshot; until: Snapshot }): void
}

/** What happens, for all streams of this process together: one small statement at a time, and none while nobody listens. */
export interface EventFeed {
  /** `since`: the follower gets everything that became visible after it, once. */
  follow(follower: Follower): Promise<{ since: Snapshot; stop(): void }>
}

/** Makes the feed of a process. */
export function createEventFeed(parts: {
  database: Database
  log: Log
  stopping: AbortSignal
  intervalMs?: number
}): EventFeed {
  const { database, log, stopping, intervalMs = defaultIntervalMs } = parts
  const followers = new Set<Follower>()
  /** `until` and `at` where much is being passed on in parts, also after a part could not be read. */
  let from: { seen: Snapshot; until?: Snapshot; at: number } | null = null
  let timer: NodeJS.Timeout | undefined
  let isAway = false
  /** Looking and joining come one after the other: whoever joins does so between two looks. */
  let turn: Promise<unknown> = Promise.resolve()

  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const done = turn.then(work)
    turn = done.catch(() => undefined)
    return done
  }

  async function look(): Promise<void> {
    while (from !== null && followers.size > 0) {
      const { seen, at } = from
      const { events, until, isFull } = await readEvents(database, filterOfAll(followers), from, pageSize)
      for (const follower of [...followers]) {
        const wanted = events.filter((event) => fits(event, follower.filter))
        if (wanted.length > 0) follower.take(wanted, { seen, until })
      }
      from = isFull ? { seen, until, at: events.at(-1)?.id ?? at } : { seen: until, at: 0 }
      if (!isFull) return
    }
  }

  function schedule(): void {
    timer = setTimeout(() => {
      inTurn(look)
        .then(() => (isAway = false))
        .catch((error: unknown) => {
          if (!isAway) log.warn('events cannot be read; streams wait', { error })
          isAway = true
        })
        .finally(() => {
          if (followers.size > 0 && !stopping.aborted) schedule()
          else timer = undefined
        })
    }, intervalMs)
    timer.unref()
  }

  return {
    follow: (follower) =>
      inTurn(async () => {
        // Up to date, so that whoever comes for the first time is told nothing from before, and no reader's place is ahead.
        await look()
        if (followers.size === 0 || from === null) from = { seen: await readSnapshot(database), at: 0 }
        followers.add(follower)
        if (timer === undefined) schedule()
        return { since: from.seen, stop: () => void followers.delete(follower) }
      }),
  }
}

function filterOfAll(followers: ReadonlySet<Follower>): EventFilter {
  const all = (of: (filter: EventFilter) => readonly string[] | undefined) => [
    ...new Set([...followers].flatMap(({ filter }) => of(filter) ?? [])),
  ]
  return {
    jobIds: all(({ jobIds }) => jobIds),
    batchIds: all(({ batchIds }) => batchIds),
    tenants: all(({ tenants }) => tenants),
  }
}

const fits = (event: EventRow, { jobIds, batchIds, tenants }: EventFilter): boolean =>
  (event.jobId !== null && jobIds?.includes(event.jobId) === true) ||
  (event.batchId !== null && batchIds?.includes(event.batchId) === true) ||
  (event.tenant !== null && tenants?.includes(event.tenant.toLowerCase()) === true)
