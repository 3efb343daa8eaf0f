import { randomBytes } from 'node:crypto'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { DeploymentHook, HookAction } from '@edfi-tenants/core'
import type { OpenHook } from '@edfi-tenants/store'
import { Webhook } from 'standardwebhooks'

/** A call as a receiver has it. */
export interface Received {
  method: string
  path: string
  /** The `webhook-id`. */
  id: string
  headers: http.IncomingHttpHeaders
  body: { type: string; data: { action: HookAction; job: { type: string }; instance: Record<string, unknown> } } | null
}

/** What a receiver answers. */
export interface Reply {
  status: number
  headers?: Record<string, string>
  body?: unknown
  /** Answer only after so long, in milliseconds. */
  afterMs?: number
}

/** A receiver of hooks in this process; refuses what is not signed with its secret. */
export async function startHookReceiver(reply: (call: Received, calls: readonly Received[]) => Reply | null) {
  const secret = `whsec_${randomBytes(32).toString('base64')}`
  const calls: Received[] = []
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      try {
        // Throws where signature or time are wrong.
        if (text === '') verifyEmpty(secret, request.headers)
        else new Webhook(secret).verify(text, request.headers as Record<string, string>)
      } catch {
        response.writeHead(401).end()
        return
      }
      const call: Received = {
        method: request.method ?? '',
        path: request.url ?? '',
        id: String(request.headers['webhook-id']),
        headers: request.headers,
        body: text === '' ? null : (JSON.parse(text) as Received['body']),
      }
      calls.push(call)
      const answer = reply(call, calls)
      // Null: nothing is ever answered.
      if (answer === null) return
      const send = () =>
        response
          .writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
          .end(answer.body === undefined ? '' : JSON.stringify(answer.body))
      setTimeout(send, answer.afterMs ?? 0)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    secret,
    calls,
    /** A hook that calls it. */
    hook: (hook: Partial<DeploymentHook> & { name: string }, path = '/hook', timeoutMs = 5_000): OpenHook => ({
      hook: {
        events: ['afterRegister'],
        required: true,
        retryForSeconds: null,
        ...hook,
        http: { url: `${url}${path}`, timeoutMs, pollForSeconds: 60, headerNames: [] },
      },
      secrets: { secret },
    }),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
export type HookReceiver = Awaited<ReturnType<typeof startHookReceiver>>

function verifyEmpty(secret: string, headers: http.IncomingHttpHeaders): void {
  const at = new Date(Number(headers['webhook-timestamp']) * 1000)
  const expected = new Webhook(secret).sign(String(headers['webhook-id']), at, '')
  if (headers['webhook-signature'] !== expected) throw new Error('The signature is wrong.')
}
