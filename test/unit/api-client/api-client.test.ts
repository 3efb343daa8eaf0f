import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { allItems, ApiError, createApiClient, dataOf, type ApiClientOptions } from '@edfi-tenants/api-client'
import { expect } from 'chai'

interface Seen {
  method: string
  url: string
  headers: IncomingMessage['headers']
  body: string
}

type Answer = (response: ServerResponse, seen: Seen) => void

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
const problem = (status: number, code: string, more: object = {}, headers: Record<string, string> = {}): Answer =>
  json(
    status,
    { type: `/docs/errors/${code}`, title: code, status, detail: `It is ${code}.`, code, ...more },
    {
      'content-type': 'application/problem+json',
      ...headers,
    },
  )
const hangUp: Answer = (response) => void response.socket?.destroy()
const hangUpInTheMiddle: Answer = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
  response.write('{"it', () => response.socket?.destroy())
}

/** A server on this machine that answers as it is told, and keeps what it was asked. */
async function startServer() {
  const seen: Seen[] = []
  const answers: Answer[] = []
  let tokens = 0
  let lifetimeSeconds = 900
  const server: Server = createServer((request, response) => {
    void text(request).then((body) => {
      const one = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body }
      if (one.url === '/connect/token') {
        tokens++
        json(200, { access_token: `token-${tokens}`, token_type: 'Bearer', expires_in: lifetimeSeconds })(response, one)
        return
      }
      seen.push(one)
      ;(answers.shift() ?? json(200, { items: [], nextCursor: null }))(response, one)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    seen,
    answers,
    get tokens() {
      return tokens
    },
    tokensLast(seconds: number) {
      lifetimeSeconds = seconds
    },
    client: (more: Partial<ApiClientOptions> = {}) =>
      createApiClient({
        url: `${url}/`,
        credentials: { clientId: 'me', clientSecret: 'secret' },
        firstPauseMs: 20,
        ...more,
      }),
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      }),
  }
}

const errorOf = async (call: Promise<unknown>): Promise<ApiError> => {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof ApiError)) throw new Error(`No ApiError: ${String(error)}`)
  return error
}

const id = '00000000-0000-4000-8000-000000000001'
const instance = { tenant: 'd1', name: 'One' }

describe('the typed client', () => {
  let api: Awaited<ReturnType<typeof startServer>>
  beforeEach(async () => {
    api = await startServer()
  })
  afterEach(() => api.stop())

  it('signs in once for many calls, and anew before the token ends or when it is refused', async () => {
    const client = api.client()
    await Promise.all([client.GET('/v1/jobs'), client.GET('/v1/jobs')])
    await client.GET('/v1/jobs')
    expect(api.tokens).to.equal(1)
    expect(api.seen.map(({ headers }) => headers.authorization)).to.deep.equal(Array(3).fill('Bearer token-1'))
    api.answers.push(problem(401, 'unauthenticated'))
    await client.GET('/v1/jobs')
    expect(api.seen.at(-1)?.headers.authorization).to.equal('Bearer token-2')

    api.tokensLast(0)
    const shortLived = api.client()
    await shortLived.GET('/v1/jobs')
    await shortLived.GET('/v1/jobs')
    expect(api.tokens).to.equal(4)
  })

  it('uses a given token, and says so when it is refused', async () => {
    api.answers.push(problem(401, 'unauthenticated'))
    const error = await errorOf(api.client({ credentials: { token: 'mine' } }).GET('/v1/jobs'))
    expect(error).to.include({ code: 'unauthenticated', status: 401 })
    expect(api.seen[0]?.headers.authorization).to.equal('Bearer mine')
    expect(api.tokens).to.equal(0)
  })

  it('turns a problem into one kind of error, with code, detail and every fault', async () => {
    const errors = [{ pointer: '/name', detail: 'is required' }]
    api.answers.push(problem(400, 'validation_failed', { errors, requestId: 'r-1' }))
    const error = await errorOf(api.client().POST('/v1/instances', { body: instance }))
    expect(error).to.include({
      code: 'validation_failed',
      status: 400,
      detail: 'It is validation_failed.',
      requestId: 'r-1',
    })
    expect(error.errors).to.deep.equal(errors)
    expect(api.seen).to.have.length(1)
  })

  it('tells answers of others from those of the API', async () => {
    const html: Answer = (response) => void response.writeHead(403, { 'content-type': 'text/html' }).end('<h1>No</h1>')
    const onward: Answer = (response) => void response.writeHead(301, { location: 'https://elsewhere.example/' }).end()
    api.answers.push(html, onward)
    expect(await errorOf(api.client().GET('/v1/jobs'))).to.include({ code: 'unexpected_answer', status: 403 })
    expect((await errorOf(api.client().GET('/v1/jobs'))).detail).to.contain('https://elsewhere.example/')
  })

  it('repeats a GET through lost connections, half answers, 502 to 504, and 429 after its time', async () => {
    api.answers.push(
      hangUp,
      hangUpInTheMiddle,
      problem(503, 'control_database_unavailable'),
      (response) => void response.writeHead(502).end('bad gateway'),
      problem(429, 'too_many_requests', {}, { 'retry-after': '1' }),
      json(200, { items: [], nextCursor: null }),
    )
    const heard: string[] = []
    const startedAt = performance.now()
    const { data } = await api.client({ onRetry: ({ code }) => void heard.push(code) }).GET('/v1/jobs')
    expect(data?.items).to.deep.equal([])
    expect(heard).to.deep.equal([
      'unreachable',
      'unreachable',
      'control_database_unavailable',
      'unexpected_answer',
      'too_many_requests',
    ])
    expect(performance.now() - startedAt).to.be.greaterThan(1_000)
  }).timeout(20_000)

  it('repeats a POST with the same key and body, so that it is done once after a lost answer', async () => {
    api.answers.push(
      hangUp,
      problem(409, 'idempotency_key_in_use', {}, { 'retry-after': '0' }),
      json(202, { job: { id } }),
    )
    await api.client().POST('/v1/instances', { body: instance })
    const keys = new Set(api.seen.map(({ headers }) => headers['idempotency-key']))
    expect(api.seen).to.have.length(3)
    expect(keys.size).to.equal(1)
    expect([...keys][0]).to.match(/^[0-9a-f-]{36}$/)
    expect(new Set(api.seen.map(({ body }) => body))).to.deep.equal(new Set([JSON.stringify(instance)]))

    await api.client().POST('/v1/instances', { body: instance, headers: { 'Idempotency-Key': 'mine' } })
    expect(api.seen.at(-1)?.headers['idempotency-key']).to.equal('mine')
  })

  it('does not repeat a PATCH whose answer was lost, as it has no key', async () => {
    api.answers.push(hangUp)
    const call = api.client().PATCH('/v1/instances/{id}', { params: { path: { id } }, body: { displayName: 'x' } })
    expect(await errorOf(call)).to.include({ code: 'unreachable', status: null })
    expect(api.seen).to.have.length(1)
    expect(api.seen[0]?.headers).not.to.have.property('idempotency-key')
  })

  it('gives up when its time is over, and at once when it is told to', async () => {
    await api.stop()
    const error = await errorOf(api.client({ retryForMs: 0 }).GET('/v1/jobs'))
    expect(error.code).to.equal('unreachable')
    expect(error.detail).to.contain('ECONNREFUSED')
    const told = new AbortController()
    const waiting = api.client({ retryForMs: Infinity }).GET('/v1/jobs', { signal: told.signal })
    const reason = new Error('enough')
    setTimeout(() => told.abort(reason), 50)
    expect(await waiting.catch((thrown: unknown) => thrown)).to.equal(reason)
  })

  it('writes filters as the document says, and walks through pages', async () => {
    api.answers.push(
      json(200, { items: [{ id: 'a' }, { id: 'b' }], nextCursor: 'NEXT' }),
      json(200, { items: [{ id: 'c' }], nextCursor: null }),
    )
    const client = api.client()
    const ids: string[] = []
    const query = { tenant: 'd1', label: { 'label.stage': 'a b' } }
    for await (const item of allItems((cursor) =>
      dataOf(client.GET('/v1/instances', { params: { query: { ...query, ...(cursor ? { cursor } : {}) } } })),
    ))
      ids.push(item.id)
    expect(ids).to.deep.equal(['a', 'b', 'c'])
    expect(api.seen.map(({ url }) => url)).to.deep.equal([
      '/v1/instances?tenant=d1&label.stage=a%20b',
      '/v1/instances?tenant=d1&label.stage=a%20b&cursor=NEXT',
    ])
  })
})
