import type { Log } from '@edfi-tenants/jobs'
import type { TargetHosts } from '@edfi-tenants/runtime'
import {
  claimDeliveries,
  disableGoneWebhook,
  fanOutEvents,
  settleDelivery,
  settleEndedBatches,
  type ClaimedDelivery,
  type Store,
} from '@edfi-tenants/store'
import { retryAfter } from './retry-delays.js'
import { sendWebhook } from './send-webhook.js'

/** How often it is looked whether something is to be sent, in milliseconds. */
const defaultIntervalMs = 1_000

/** Deliveries that one worker makes at a time, and to one webhook: a slow receiver keeps others waiting for nothing. */
const atOnce = 16
const perWebhook = 4

/** How long a delivery is this worker's; longer than a receiver may take. */
const leaseSeconds = 60

/** How long what is being sent may go on when the process is to end, in milliseconds. */
const graceMs = 3_000

/**
 * Starts passing events on to webhooks. Every worker does this: one at a time makes deliveries of events, and all make
 * those deliveries, in no particular order. `delaysMs` are the times between tries.
 */
export function startWebhookSweep(
  { store, log, listed }: { store: Store; log: Log; listed: TargetHosts },
  options: { intervalMs?: number; delaysMs?: readonly number[]; timeoutMs?: number } = {},
): { stop(): Promise<void> } {
  const { intervalMs = defaultIntervalMs, delaysMs, timeoutMs } = options
  const underWay = new Map<Promise<void>, string>()
  let isStopped = false
  let isSweeping = false
  /** One look at a time, so that no more is taken than there is room for. */
  let isClaiming = false
  let isMoreWanted = false

  async function deliver(delivery: ClaimedDelivery): Promise<void> {
    const sent = await sendWebhook(delivery, { listed, ...(timeoutMs === undefined ? {} : { timeoutMs }) })
    const { statusCode, error } = sent
    if (statusCode !== null && error === undefined) {
      await settleDelivery(store.database, delivery, { delivered: true, statusCode })
      return
    }
    const isGone = statusCode === 410
    const retryInMs = isGone ? null : retryAfter(delivery.attempt, delaysMs)
    await settleDelivery(store.database, delivery, { delivered: false, statusCode, error: error ?? '', retryInMs })
    if (isGone) await disableGoneWebhook(store.database, delivery.webhookId)
    if (retryInMs === null) log.warn('An event was not delivered', { webhook: delivery.webhookId, statusCode, error })
  }

  function begin(delivery: ClaimedDelivery): void {
    const work = deliver(delivery)
      .catch((error: unknown) => {
        log.warn('How a delivery went was not written; it is repeated', { delivery: delivery.id, error })
      })
      .finally(() => {
        underWay.delete(work)
        // There may be more, so it is not waited for the next sweep.
        void claim().catch(() => undefined)
      })
    underWay.set(work, delivery.webhookId)
  }

  async function claim(): Promise<void> {
    isMoreWanted = true
    if (isClaiming) return
    isClaiming = true
    try {
      while (isMoreWanted) {
        isMoreWanted = false
        const limit = atOnce - underWay.size
        if (isStopped || limit <= 0) return
        const webhooks = [...underWay.values()]
        const busy = [...new Set(webhooks)].filter((id) => webhooks.filter((each) => each === id).length >= perWebhook)
        for (const delivery of await claimDeliveries(store, { limit, perWebhook, busy, leaseSeconds })) begin(delivery)
      }
    } finally {
      isClaiming = false
    }
  }

  async function sweep(): Promise<void> {
    if (isSweeping || isStopped) return
    isSweeping = true
    try {
      await settleEndedBatches(store.database)
      await fanOutEvents(store.database)
      await claim()
    } catch (error) {
      log.warn('Events were not passed on; the next sweep repeats it', { error })
    } finally {
      isSweeping = false
    }
  }

  const timer = setInterval(() => void sweep(), intervalMs)
  return {
    async stop() {
      isStopped = true
      clearInterval(timer)
      let grace: NodeJS.Timeout | undefined
      const late = new Promise<void>((resolve) => {
        grace = setTimeout(resolve, graceMs)
      })
      await Promise.race([Promise.all(underWay.keys()), late])
      clearTimeout(grace)
    },
  }
}
