import {
  nothingSeen,
  readBatchEnd,
  readBatchEvents,
  readEvents,
  type Database,
  type EventFilter,
  type EventPosition,
  type EventRow,
} from '@edfi-tenants/store'
import { eventIdOf } from './event-id.js'
import type { Story, Told } from './story.js'

/** Much at once: each page of a large batch looks at all its jobs. */
const pageSize = 5_000

/**
 * What stories of many jobs have in common: no number counts their events, so a reader's place is the snapshot of what it
 * has seen. `begins` says where who comes for the first time (`after` null) begins; `read` reads a page of what became
 * visible between two snapshots.
 */
function positionStory(
  filter: EventFilter,
  after: EventPosition | null,
  begins: 'with the first' | 'now',
  read: (from: EventPosition) => Promise<EventRow[]>,
): Pick<Story, 'filter' | 'history' | 'news'> {
  async function* between(from: EventPosition): AsyncGenerator<Told[]> {
    for (let at = from.at; ;) {
      const rows = await read({ ...from, at })
      if (rows.length > 0) yield rows.map((event) => ({ id: eventIdOf({ ...from, at: event.id }), event }))
      at = rows.at(-1)?.id ?? at
      if (rows.length < pageSize) return
    }
  }

  return {
    filter,
    async *history(since) {
      // What is now was taken after the reader's place, unless the database was restored on a server that counts anew.
      const place = after && after.until.xmax <= since.xmax ? after : null
      if (place) yield* between(place)
      const seen = place?.until ?? (begins === 'now' ? since : nothingSeen)
      if (seen !== since) yield* between({ seen, until: since, at: 0 })
    },
    news: (events, { seen, until }) => events.map((event) => ({ id: eventIdOf({ seen, until, at: event.id }), event })),
  }
}

/** The events of a tenant, from now on unless the reader was there before. The name is in lower case. */
export function tenantStory(database: Database, tenant: string, after: EventPosition | null): Story {
  const filter = { tenants: [tenant] }
  return {
    ...positionStory(filter, after, 'now', async (from) => (await readEvents(database, filter, from, pageSize)).events),
    firstId: (since) => (after ? null : eventIdOf({ seen: since, until: since, at: 0 })),
    mayEndWith: () => false,
    isOver: () => Promise.resolve(false),
  }
}

/** The events of a batch and all its jobs, from the first on unless the reader was there before. */
export function batchStory(database: Database, batchId: string, after: EventPosition | null): Story {
  const filter = { batchIds: [batchId] }
  return {
    ...positionStory(filter, after, 'with the first', async (from) =>
      // From the first on, the way leads over the batch's jobs; from a while ago on, over what has happened since.
      from.seen.xmax === 0
        ? readBatchEvents(database, batchId, from, pageSize)
        : (await readEvents(database, filter, from, pageSize)).events,
    ),
    firstId: () => null,
    mayEndWith: (type) => type === 'batch.finished',
    async isOver() {
      const end = await readBatchEnd(database, batchId)
      return end === null || end.hasEnded
    },
  }
}
