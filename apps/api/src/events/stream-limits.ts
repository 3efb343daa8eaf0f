import { Failure } from '@edfi-tenants/core'

/** Counts open streams. */
export interface StreamLimits {
  /** Throws `too_many_requests` when the client, or the process, has as many as there may be; else to be released once. */
  acquire(clientId: string): () => void
}

/** Limits for one process: streams are cheap, but each holds a connection. */
export function createStreamLimits(limits = { perClient: 50, perProcess: 1_000 }): StreamLimits {
  const byClient = new Map<string, number>()
  let all = 0
  return {
    acquire(clientId) {
      const own = byClient.get(clientId) ?? 0
      if (own >= limits.perClient)
        throw tooMany(`This client has ${limits.perClient} streams open here, and cannot have more.`)
      if (all >= limits.perProcess)
        throw tooMany(`${limits.perProcess} streams are open here, and there cannot be more.`)
      byClient.set(clientId, own + 1)
      all += 1
      let isHeld = true
      return () => {
        if (!isHeld) return
        isHeld = false
        all -= 1
        const left = (byClient.get(clientId) ?? 1) - 1
        if (left > 0) byClient.set(clientId, left)
        else byClient.delete(clientId)
      }
    },
  }
}

const tooMany = (detail: string) => new Failure('too_many_requests', detail, { retryAfterMs: 10_000 })
