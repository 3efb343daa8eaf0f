import autocannon from 'autocannon'

/** A request to be repeated under load. */
export interface LoadRequest {
  url: string
  method: 'GET' | 'POST'
  headers?: Record<string, string>
  /** Makes the body of each request. */
  body?: () => object
}

/** Answers per second, and how long one took. */
export interface LoadResult {
  perSecond: number
  medianMs: number
  p99Ms: number
}

/** Sends as many requests as are answered, over `connections` kept open. Throws when an answer was no success. */
export async function applyLoad(
  { url, method, headers, body }: LoadRequest,
  { connections, seconds }: { connections: number; seconds: number },
): Promise<LoadResult> {
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    requests: [
      {
        method,
        headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
        ...(body ? { setupRequest: (request) => ({ ...request, body: JSON.stringify(body()) }) } : {}),
      },
    ],
  })
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${method} ${url}: ${result.non2xx} answers were no success, ${result.errors} requests failed`)
  return {
    perSecond: result['2xx'] / result.duration,
    medianMs: result.latency.p50,
    p99Ms: result.latency.p99,
  }
}
