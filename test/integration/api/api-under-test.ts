import { randomBytes } from 'node:crypto'
import { composeApi, listen, type Api } from '@edfi-tenants/api'
import { provisioner } from '@edfi-tenants/provisioner-postgresql'
import { readApiConfig } from '@edfi-tenants/runtime'
import { applyMigrations, publishManifests } from '@edfi-tenants/store'
import { createDatabase } from '../../support/postgres.js'
import { sharedRedis } from '../../support/redis.js'

/** An answer as tests look at it. */
export interface Answered {
  status: number
  headers: Headers
  text: string
  /** What the text says where it is JSON. */
  body: AnswerBody
}

/** One thing of a list, or in an answer of its own: all that tests look for, of which each has some. */
export interface Item {
  id: string
  name: string
  tenant: string
  tenants: string[]
  labels: Record<string, string>
  displayName: string | null
  action: string
  instanceId: string
  details: { code: string }
  readOnlyMode: boolean
}

/** All that tests look for in answers, of which each answer has some. */
export interface AnswerBody extends Item {
  status: unknown
  type: string
  code: string
  detail: string
  requestId: string
  errors: { pointer: string; detail: string }[]
  error: string
  fields: string[]
  items: Item[]
  nextCursor: string | null
  job: { id: string; type: string; attempt: number }
  instance: { id: string }
  names: Record<string, string>
  steps: string[]
  adminApi: object
  odsApi: object | null
  access_token: string
  scope: string
  clientId: string
  clientSecret: string
  openapi: string
  servers: { url: string }[]
  queues: Item[]
  expiresAt: string | null
}

/** What a request may have besides method and path. */
export interface Asked {
  body?: unknown
  headers?: Record<string, string>
}

/** A client of the API. */
export interface ApiClient {
  id: string
  secret: string
  token: string
  get(path: string, asked?: Asked): Promise<Answered>
  post(path: string, body?: unknown, asked?: Asked): Promise<Answered>
  patch(path: string, body: unknown, asked?: Asked): Promise<Answered>
  delete(path: string, asked?: Asked): Promise<Answered>
}

/** The API in this process, on a control database of its own, without a worker. */
export interface ApiUnderTest {
  url: string
  api: Api
  /** May do everything. */
  root: ApiClient
  send(method: string, path: string, asked?: Asked): Promise<Answered>
  /** Makes a client with these rights, and signs it in. */
  client(rights: { scopes: string[]; tenants: string[]; mayActForOthers?: boolean }): Promise<ApiClient>
  /** Everything that was logged, as text. */
  log(): string
  stop(): Promise<void>
}

const key = (id: string) => `${id}:${randomBytes(32).toString('base64')}`

/**
 * Starts the API. `environment` are further variables, `databaseUrl` may lead it to its database another way; the queue
 * is Redis where there is one, else a dead address.
 */
export async function startApi(
  environment: Record<string, string> = {},
  databaseUrl: (url: string) => string = (url) => url,
): Promise<ApiUnderTest> {
  const database = await createDatabase('api')
  await applyMigrations(database.url)
  const redis = await sharedRedis()
  const secret = randomBytes(32).toString('base64url')
  const config = readApiConfig({
    DATABASE_URL: databaseUrl(database.url),
    QUEUE_URL: redis?.url ?? 'redis://127.0.0.1:1',
    ENCRYPTION_KEYS: key('e1'),
    TOKEN_SIGNING_KEYS: key('t1'),
    BOOTSTRAP_CLIENT_ID: 'root',
    BOOTSTRAP_CLIENT_SECRET: secret,
    HOST: '127.0.0.1',
    PORT: '0',
    ...environment,
  })
  const lines: string[] = []
  const write = (message: string, fields?: object) => void lines.push(`${message} ${JSON.stringify(fields, errorText)}`)
  const api = await composeApi(config, { debug: write, info: write, warn: write, error: write })
  await publishManifests(api.parts.store, [provisioner.manifest])
  const port = await listen(api.server, config)
  const url = `http://127.0.0.1:${port}`

  const send = async (method: string, path: string, { body, headers = {} }: Asked = {}): Promise<Answered> => {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
    const response = await fetch(url + path, {
      method,
      redirect: 'manual',
      headers: { ...(text === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(text === undefined ? {} : { body: text }),
    })
    const answer = await response.text()
    const isJson = /json/.test(response.headers.get('content-type') ?? '')
    return {
      status: response.status,
      headers: response.headers,
      text: answer,
      body: (isJson ? JSON.parse(answer) : {}) as AnswerBody,
    }
  }

  async function signIn(id: string, clientSecret: string): Promise<ApiClient> {
    const { body, status } = await send('POST', '/connect/token', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: id,
        client_secret: clientSecret,
      }).toString(),
    })
    if (status !== 200) throw new Error(`Sign-in failed: ${JSON.stringify(body)}`)
    const token = body.access_token
    const as = (method: string, path: string, asked: Asked = {}) =>
      send(method, path, { ...asked, headers: { authorization: `Bearer ${token}`, ...asked.headers } })
    return {
      id,
      secret: clientSecret,
      token,
      get: (path, asked) => as('GET', path, asked),
      post: (path, content, asked) => as('POST', path, { ...asked, body: content }),
      patch: (path, content, asked) => as('PATCH', path, { ...asked, body: content }),
      delete: (path, asked) => as('DELETE', path, asked),
    }
  }

  const root = await signIn('root', secret)
  return {
    url,
    api,
    root,
    send,
    async client(rights) {
      const { body } = await root.post('/v1/api-clients', { name: 'test', ...rights })
      return signIn(body.clientId, body.clientSecret)
    },
    log: () => lines.join('\n'),
    async stop() {
      await api.close()
      await database.drop()
    },
  }
}

const errorText = (_: string, value: unknown): unknown =>
  value instanceof Error ? { name: value.name, message: value.message, stack: value.stack, cause: value.cause } : value

/** An environment as clients ask for one. */
export const environmentBody = (name: string, more: object = {}) => ({
  name,
  engine: 'PostgreSql',
  adminApi: { url: 'https://admin.example.org', clientId: 'admin', clientSecret: 'admin-secret' },
  ...more,
})

/** A database server as clients ask for one. */
export const serverBody = (name: string, more: object = {}) => ({
  name,
  engine: 'postgresql',
  settings: { host: 'db.example.org', port: 5432 },
  credentials: { username: 'tm_admin', password: 'admin-password' },
  registeredLogin: 'shared',
  registeredCredentials: { username: 'ods', password: 'ods-password' },
  templates: { minimal: 'ods_minimal' },
  ...more,
})
