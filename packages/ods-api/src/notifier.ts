import { lookup } from 'node:dns/promises'
import { assertAddressAllowed } from '@edfi-tenants/provisioner'
import { Redis } from 'ioredis'
import type { CacheType, Notification, OdsApiConnection, OdsApiLog } from './ods-api.js'
import { unlessAborted } from './unless-aborted.js'

/** How long connecting, and each command, may take, in milliseconds: a notification is a courtesy and holds up no job. */
const patienceMs = 2_500

/** Tells ODS/APIs over Redis to forget what they have cached. */
export interface Notifier {
  notify(
    target: OdsApiConnection['notifications'],
    caches: readonly CacheType[],
    call: { signal: AbortSignal; log: OdsApiLog },
  ): Promise<Notification>
  close(): Promise<void>
}

/**
 * Publishes with one connection per address, opened when first needed. A Redis that cannot be reached is tried anew with
 * every notification, not in between.
 */
export function createNotifier(): Notifier {
  const connections = new Map<string, Promise<Redis>>()

  async function connected(url: string): Promise<Redis> {
    const shared = connections.get(url)
    if (shared) return shared
    const opening = connect(url, () => connections.delete(url))
    connections.set(url, opening)
    opening.catch(() => connections.get(url) === opening && connections.delete(url))
    return opening
  }

  async function publish(url: string, channel: string, messages: readonly string[]): Promise<number> {
    const wasOpen = connections.has(url)
    try {
      return await publishAll(await connected(url), channel, messages)
    } catch (error) {
      // A connection that stood for hours may have died unnoticed; forgetting a cache twice does no harm.
      if (!wasOpen) throw error
      const stale = connections.get(url)
      connections.delete(url)
      stale?.then((redis) => redis.disconnect()).catch(() => undefined)
      return publishAll(await connected(url), channel, messages)
    }
  }

  return {
    async notify(target, caches, { signal, log }) {
      signal.throwIfAborted()
      if (target === null) return { published: false, reason: 'not_configured' }
      try {
        const published = publish(target.url, target.channel, caches.map(expireCache))
        return { published: true, subscribers: await unlessAborted(published, signal) }
      } catch (error) {
        if (signal.aborted) throw error
        log.warn('ODS/API could not be notified', { channel: target.channel, error: messageOf(error) })
        return { published: false, reason: 'unreachable' }
      }
    },
    async close() {
      const open = await Promise.allSettled(connections.values())
      connections.clear()
      for (const each of open) if (each.status === 'fulfilled') each.value.disconnect()
    },
  }
}

/** https://docs.ed-fi.org/reference/ods-api/platform-dev-guide/features/notifications (message "expire-cache") */
const expireCache = (cacheType: CacheType): string => JSON.stringify({ type: 'expire-cache', data: { cacheType } })

/** The number of nodes that heard all of it. */
async function publishAll(redis: Redis, channel: string, messages: readonly string[]): Promise<number> {
  const heard = await Promise.all(messages.map((message) => redis.publish(channel, message)))
  return heard.length === 0 ? 0 : Math.min(...heard)
}

async function connect(url: string, onEnd: () => void): Promise<Redis> {
  await assertHostAllowed(new URL(url).hostname)
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: patienceMs,
    commandTimeout: patienceMs,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: null,
    keepAlive: 10_000,
  })
  // Without a listener ioredis writes to the console; whoever publishes is told of the same fault.
  let fault: unknown
  redis.on('error', (error) => (fault = error))
  redis.on('end', onEnd)
  try {
    await redis.connect()
    return redis
  } catch (error) {
    redis.disconnect()
    throw fault ?? error
  }
}

async function assertHostAllowed(host: string): Promise<void> {
  assertAddressAllowed(host)
  for (const { address } of await lookup(host.replace(/^\[(.*)\]$/, '$1'), { all: true })) assertAddressAllowed(address)
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
