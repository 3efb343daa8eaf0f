import { setMaxListeners } from 'node:events'
import { Agent } from 'undici'
import { exchange, type Answer, type HttpRequest } from './exchange.js'
import { createGate, type Gate } from './gate.js'
import { createInformationCache, type InformationCache } from './information.js'
import { createConnector } from './link-local.js'
import { createTokenCache, type TokenCache } from './token-cache.js'

/** The largest answer that is read, in bytes. */
const maxResponseSize = 5 * 1024 * 1024
const connectTimeoutMs = 10_000

/** One Admin API address with all that is shared between those who call it from this process. */
export interface Address {
  /** Bounds the calls at a time, and with them the connections. */
  readonly gate: Gate
  readonly information: InformationCache
  readonly tokens: TokenCache
  /** Aborted when the client is closed; bounds what is done for several callers at once. */
  readonly closing: AbortSignal
  /** Sends a request to a path below the address. */
  send(request: HttpRequest, bounds: { timeoutMs: number; signal: AbortSignal }): Promise<Answer>
  close(): Promise<void>
}

/** What one HTTP request came to, for logs and metrics. Holds no secret and no query. */
export interface ExchangeReport {
  method: HttpRequest['method']
  path: string
  /** Null when no answer came. */
  status: number | null
  durationMs: number
}

/** Prepares an address; nothing is connected before the first call. */
export function createAddress(
  { url, maxConcurrency }: { url: URL; maxConcurrency: number },
  { informationMaxAgeMs, onExchange }: { informationMaxAgeMs: number; onExchange: (report: ExchangeReport) => void },
): Address {
  const gate = createGate(maxConcurrency)
  // The gate's limit may change, a pool's cannot: so one pool for each. Idle connections of an old one end by themselves.
  const agents = new Map<number, Agent>()
  const connect = createConnector(connectTimeoutMs)
  const agentNow = () => {
    const connections = gate.limit
    const agent = agents.get(connections) ?? new Agent({ connect, connections, maxResponseSize, pipelining: 1 })
    agents.set(connections, agent)
    return agent
  }
  const closing = new AbortController()
  setMaxListeners(0, closing.signal)
  const pathBase = url.pathname.replace(/\/+$/, '')

  return {
    gate,
    information: createInformationCache(informationMaxAgeMs),
    tokens: createTokenCache(),
    closing: closing.signal,
    async send(request, bounds) {
      const start = performance.now()
      let status: number | null = null
      try {
        const answer = await exchange(agentNow(), url.origin, { ...request, path: pathBase + request.path }, bounds)
        status = answer.status
        return answer
      } finally {
        const path = request.path.replace(/\?.*$/, '')
        onExchange({ method: request.method, path, status, durationMs: performance.now() - start })
      }
    },
    async close() {
      closing.abort()
      await Promise.all([...agents.values()].map((agent) => agent.close()))
    },
  }
}
