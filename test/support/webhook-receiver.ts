import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A message as the receiver got it. */
export interface Received {
  path: string
  headers: IncomingHttpHeaders
  text: string
}

/** A receiver of webhooks. */
export interface WebhookReceiver {
  url: string
  received: Received[]
  /** What it answers from now on; a string is where it redirects to, null: it never answers. */
  answer: number | string | null
  /** Waits until it has got so many messages. */
  until(count: number, timeoutMs?: number): Promise<Received[]>
  close(): Promise<void>
}

/** Starts a receiver on a free port of the loopback address; it answers 204. */
export async function startReceiver(): Promise<WebhookReceiver> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      receiver.received.push({
        path: request.url ?? '',
        headers: request.headers,
        text: Buffer.concat(chunks).toString('utf8'),
      })
      const { answer } = receiver
      if (answer === null) return
      if (typeof answer === 'string') response.writeHead(307, { location: answer }).end()
      else response.writeHead(answer).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const receiver: WebhookReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    answer: 204,
    async until(count, timeoutMs = 10_000) {
      const deadline = Date.now() + timeoutMs
      while (receiver.received.length < count) {
        if (Date.now() > deadline)
          throw new Error(`It got ${receiver.received.length}: ${receiver.received.map(({ text }) => text).join('\n')}`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      return receiver.received
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return receiver
}
