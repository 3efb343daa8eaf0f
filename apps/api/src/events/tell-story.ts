import { isFailure } from '@edfi-tenants/core'
import type { EventRow, Snapshot } from '@edfi-tenants/store'
import type { Response } from 'express'
import type { Log } from '../parts.js'
import type { EventFeed } from './event-feed.js'
import { openStream } from './open-stream.js'
import { streamText } from './present-event.js'
import type { Story, Told } from './story.js'

/** How long nothing may be said, in milliseconds. */
const beatMs = 15_000

/** How soon a client that lost its connection comes back, in milliseconds. */
const retryMs = 2_000

/** Events that may happen while a reader is told what happened before; more of them, and it has to come again. */
const waitingLimit = 20_000

/** What a stream needs besides its story. */
export interface Telling {
  feed: EventFeed
  log: Log
  /** Aborts when the client goes away, or the process is about to stop. */
  signal: AbortSignal
  /** When the token ends, as `Date.now()` counts. */
  tokenEndsAt: number
  /** Whether the client may still see this: its token, its rights. */
  mayGoOn(): Promise<boolean>
  /** Given a `Last-Event-ID`: one that has seen everything of what has ended need not come again. */
  isComeback: boolean
  /** Called once, however it ends. */
  release(): void
}

/**
 * Prepares a stream: joins the feed, and reads the first page of what happened before. Null when there is nothing left to
 * tell; else what writes the response, from its head on, until the story is over or the reader goes.
 */
export async function tellStory(story: Story, telling: Telling): Promise<((response: Response) => void) | null> {
  const waiting: { events: readonly EventRow[]; between: { seen: Snapshot; until: Snapshot } }[] = []
  let waitingEvents = 0
  let take = (events: readonly EventRow[], between: { seen: Snapshot; until: Snapshot }): void => {
    waiting.push({ events, between })
    waitingEvents += events.length
  }
  const wasOver = await story.isOver()
  const following = await telling.feed.follow({
    filter: story.filter,
    take: (events, between) => {
      take(events, between)
    },
  })
  const { since } = following
  const stop = (): void => {
    following.stop()
  }
  const history = story.history(since)
  let first: IteratorResult<Told[], unknown>
  try {
    first = await history.next()
  } catch (error) {
    stop()
    throw error
  }
  if (wasOver && first.done === true && telling.isComeback) {
    stop()
    return null
  }

  return (response) => {
    const stream = openStream(response)
    const begin = story.firstId(since)
    stream.send(`retry: ${retryMs}\n${begin === null ? '' : `id: ${begin}\n`}\n`)

    const stopping = (): void => {
      stream.end('stopping')
    }
    telling.signal.addEventListener('abort', stopping)
    const expiry = setTimeout(
      () => {
        stream.end('token_expired')
      },
      Math.min(telling.tokenEndsAt - Date.now(), 2 ** 31 - 1),
    )
    const beat = setInterval(() => {
      stream.beat()
      telling
        .mayGoOn()
        .then((may) => {
          if (!may) stream.end('token_expired')
        })
        // The control database is away: whoever was let in stays until it is back.
        .catch(() => undefined)
    }, beatMs)
    const close = (): void => {
      clearTimeout(expiry)
      clearInterval(beat)
      telling.signal.removeEventListener('abort', stopping)
      stop()
      telling.release()
    }
    stream.onClose(close)
    if (telling.signal.aborted) stopping()
    // Whoever left while the first page was read has closed already.
    if (response.closed) close()
    const broken = (error: unknown): void => {
      if (!isFailure(error)) telling.log.error('a stream of events broke', { error })
      response.destroy()
    }

    /** Sends; whether the story may have ended with this. */
    const send = (told: readonly Told[]): boolean => {
      stream.send(told.map(({ id, event }) => streamText(id, event)).join(''))
      return told.some(({ event }) => story.mayEndWith(event.type))
    }
    const endIfOver = async (): Promise<void> => {
      if (await story.isOver()) stream.end('finished')
    }

    const tell = async (): Promise<void> => {
      let mayBeOver = wasOver
      for (let page = first; page.done !== true && stream.isOpen; page = await history.next()) {
        if (send(page.value)) mayBeOver = true
        await stream.caughtUp()
        if (waitingEvents > waitingLimit) {
          response.destroy()
          return
        }
      }
      const live: typeof take = (events, between) => {
        if (send(story.news(events, between))) endIfOver().catch(broken)
      }
      for (const { events, between } of waiting.splice(0)) if (send(story.news(events, between))) mayBeOver = true
      take = live
      if (mayBeOver) await endIfOver()
    }
    tell().catch(broken)
  }
}
