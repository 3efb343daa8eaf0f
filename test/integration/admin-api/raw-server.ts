import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as a raw server saw it. */
export interface Seen {
  method: string
  path: string
  headers: IncomingMessage['headers']
  body: string
}

/** What to answer; `undefined` leaves it to the common answers (information of 2.0, a token). */
export type Handler = (seen: Seen, response: ServerResponse) => RawAnswer | 'handled' | undefined

export interface RawAnswer {
  status: number
  body?: unknown
  headers?: Record<string, string>
}

/** A plain HTTP server for answers that a well-behaved Admin API does not give. */
export interface RawServer {
  url: string
  seen: Seen[]
  /** Connections that were opened since the start. */
  connections: () => number
  close: () => Promise<void>
}

/** Starts one on a free port of the loopback interface. */
export async function startRawServer(handler: Handler): Promise<RawServer> {
  const seen: Seen[] = []
  let connections = 0
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const entry = { method, path: url, headers, body: Buffer.concat(chunks).toString() }
      seen.push(entry)
      const answer = handler(entry, response) ?? commonAnswer(entry)
      if (answer === 'handled') return
      const text =
        typeof answer.body === 'string' ? answer.body : answer.body === undefined ? '' : JSON.stringify(answer.body)
      response.writeHead(answer.status, answer.headers).end(text)
    })
  })
  server.on('connection', () => connections++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function commonAnswer({ method, path }: Seen): RawAnswer {
  if (path === '/') return { status: 200, body: { version: '2.0', build: '2.0.0.0' } }
  if (method === 'POST' && path === '/connect/token') {
    return { status: 200, body: { access_token: 'common-token', token_type: 'Bearer', expires_in: 1799 } }
  }
  return { status: 404, body: { title: `Not found: nothing at ${path}.` } }
}
