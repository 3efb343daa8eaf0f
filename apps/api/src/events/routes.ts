import { invalid, operations, type Operation } from '@edfi-tenants/contract'
import type { TenantBound } from '@edfi-tenants/core'
import { readBatch, readJob, readJobEvents, readTenant } from '@edfi-tenants/store'
import { noContent, ok } from '../http/answer.js'
import type { Call } from '../http/call.js'
import { found } from '../http/found.js'
import { numberCursor, pageOfRows, rowsToRead } from '../http/page.js'
import { route, type Route } from '../http/route.js'
import type { Parts } from '../parts.js'
import { createEventFeed } from './event-feed.js'
import { positionOf } from './event-id.js'
import { jobStory } from './job-story.js'
import { batchStory, tenantStory } from './position-story.js'
import { presentEvent } from './present-event.js'
import type { Story } from './story.js'
import { createStreamLimits } from './stream-limits.js'
import { tellStory } from './tell-story.js'

const media = 'text/event-stream'

/** The streams of jobs, batches and tenants. */
export function eventRoutes(parts: Parts): Route[] {
  const { database } = parts.store
  const feed = createEventFeed({ database, log: parts.log, stopping: parts.stopping })
  const limits = createStreamLimits()

  /** Answers with a stream for as long as it takes. `isVisible` is asked again now and then. */
  async function stream<O extends Operation>(
    call: Call<O>,
    story: Story,
    options: { isComeback: boolean; isVisible: (bound: TenantBound) => Promise<boolean> },
  ) {
    const release = limits.acquire(call.actor.clientId)
    try {
      const tell = await tellStory(story, {
        feed,
        log: parts.log,
        signal: call.signal,
        tokenEndsAt: call.tokenEndsAt,
        isComeback: options.isComeback,
        mayGoOn: async () => {
          const actor = await call.signInAgain()
          return actor !== null && (await options.isVisible(actor.tenants))
        },
        release,
      })
      if (tell === null) {
        release()
        return noContent
      }
      return { status: 200 as const, headers: {}, stream: { media, write: tell } }
    } catch (error) {
      release()
      throw error
    }
  }

  return [
    route(operations.streamJobEvents, async (call) => {
      const { id } = call.params
      const isVisible = async (bound: TenantBound) => (await readJob(database, id, bound)) !== null
      found((await isVisible(call.actor.tenants)) ? id : null)
      if (call.prefers(media, 'application/json') === 'application/json') {
        const rows = await readJobEvents(database, id, numberCursor(call.query) ?? 0, rowsToRead(call.query))
        return ok(pageOfRows(rows, call.query, presentEvent, (row) => row.sequence ?? 0))
      }
      const given = lastEventId(call, sequenceOf)
      return stream(call, jobStory(database, id, given ?? 0), { isComeback: given !== null, isVisible })
    }),

    route(operations.streamBatchEvents, async (call) => {
      const { id } = call.params
      const isVisible = async (bound: TenantBound) => (await readBatch(database, id, bound)) !== null
      found((await isVisible(call.actor.tenants)) ? id : null)
      const given = lastEventId(call, positionOf)
      return stream(call, batchStory(database, id, given), { isComeback: given !== null, isVisible })
    }),

    route(operations.streamTenantEvents, async (call) => {
      const { name } = call.params
      const isVisible = async (bound: TenantBound) => (await readTenant(parts.store, name, bound)) !== null
      found((await isVisible(call.actor.tenants)) ? name : null)
      const given = lastEventId(call, positionOf)
      const story = tenantStory(database, name.toLowerCase(), given)
      return stream(call, story, { isComeback: given !== null, isVisible })
    }),
  ]
}

const sequenceOf = (id: string): number | undefined => (/^\d{1,9}$/.test(id) ? Number(id) : undefined)

/** Where the reader is; null for one who comes for the first time. Throws `validation_failed` on what is no id of ours. */
function lastEventId<Place>(
  { headers, query }: { headers: { 'Last-Event-ID'?: string }; query: { lastEventId?: string } },
  read: (id: string) => Place | undefined,
): Place | null {
  const header = headers['Last-Event-ID']
  const id = header === undefined || header === '' ? query.lastEventId : header
  if (id === undefined) return null
  const place = read(id)
  if (place !== undefined) return place
  const pointer = id === header ? 'header:Last-Event-ID' : '?lastEventId'
  throw invalid([{ pointer, detail: 'must be the `id` of an event of this stream' }])
}
