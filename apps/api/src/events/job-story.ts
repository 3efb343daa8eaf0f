import { readJobEnd, readJobEvents, type Database, type EventRow } from '@edfi-tenants/store'
import type { Story, Told } from './story.js'

const pageSize = 500
const ends: readonly string[] = ['job.succeeded', 'job.failed', 'job.cancelled']

/** The events of one job behind a sequence number, which is the id of each. */
export function jobStory(database: Database, jobId: string, after: number): Story {
  let last = after
  const told = (event: EventRow): Told => {
    last = event.sequence ?? last
    return { id: String(last), event }
  }
  return {
    filter: { jobIds: [jobId] },
    firstId: () => null,
    async *history() {
      for (;;) {
        const rows = await readJobEvents(database, jobId, last, pageSize)
        if (rows.length > 0) yield rows.map(told)
        if (rows.length < pageSize) return
      }
    },
    // A job's events become visible in the order of their numbers; the history may have told some of them already.
    news: (events) => events.flatMap((event) => ((event.sequence ?? 0) > last ? [told(event)] : [])),
    mayEndWith: (type) => ends.includes(type),
    async isOver() {
      const end = await readJobEnd(database, jobId, last)
      // A job that was removed meanwhile tells nothing more.
      return end === null || (end.hasEnded && !end.hasMore)
    },
  }
}
