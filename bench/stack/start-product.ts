import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { applyMigrations } from '@edfi-tenants/store'
import pg from 'pg'
import { freePort } from '../../scripts/services/free-port.js'
import { startNodeProcess, type NodeProcess } from '../processes/node-process.js'
import { signIn, untilItWorks, type ApiClient } from './api-client.js'
import { templateNames } from './build-template.js'
import type { Services } from './services.js'

export type QueueKind = 'redis' | 'postgres'

/** One API and one worker process of the product as it is deployed, on a control database of their own. */
export interface Product {
  api: ApiClient
  controlUrl: string
  apiProcess: NodeProcess
  /** Absent while it is stopped. */
  readonly workerProcess: NodeProcess | null
  startWorker(): Promise<void>
  /** Afterwards jobs are taken but not run. */
  stopWorker(): Promise<void>
  /** Forgets all instances, jobs and audit events. */
  clear(): Promise<void>
  stop(): Promise<void>
}

/** The tenant that instances are created for; on the first of the servers unless a request says otherwise. */
export const tenant = 'bench'

/** The two ways in which ODS/API gets its login; both are the same PostgreSQL. */
export const serverNames = { shared: 'shared-login', perInstance: 'own-logins' } as const

/** Nothing is done that nobody asked for: no figure is to have scheduled checks in it. */
const workerSettings = { HEALTH_INTERVAL_SECONDS: '0' }

const apps = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..', 'apps')

/** Starts it, and sets up environment, tenant and database server through the API. The worker runs. */
export async function startProduct(
  services: Services,
  options: { queue: QueueKind; maxConcurrency: number },
): Promise<Product> {
  const control = await services.createDatabase('bench_control')
  await applyMigrations(control.url)
  const database = new pg.Pool({ connectionString: control.url, max: 1 })
  database.on('error', () => undefined)
  const port = await freePort()
  const client = { clientId: 'bench', clientSecret: randomBytes(24).toString('hex') }
  const key = () => `k1:${randomBytes(32).toString('base64')}`
  const shared = {
    DATABASE_URL: control.url,
    QUEUE_URL: options.queue === 'redis' && services.redisUrl !== null ? services.redisUrl : control.url,
    ENCRYPTION_KEYS: key(),
  }
  const start = (app: string, environment: Record<string, string>) => {
    const started = startNodeProcess({
      script: path.join(apps, app, 'dist', 'main.js'),
      environment: { ...shared, ...environment },
      logFile: services.logFile(app),
    })
    return { started, stop: services.releases.add(app, () => started.stop()) }
  }

  const apiProcess = start('api', {
    HOST: '127.0.0.1',
    PORT: String(port),
    TOKEN_SIGNING_KEYS: key(),
    TOKEN_LIFETIME_SECONDS: '43200',
    BOOTSTRAP_CLIENT_ID: client.clientId,
    BOOTSTRAP_CLIENT_SECRET: client.clientSecret,
  })
  const api = await untilItWorks(
    () => signIn(`http://127.0.0.1:${port}`, client),
    () => apiProcess.started.assertRunning(),
  )
  let worker: ReturnType<typeof start> | null = null
  let warmUps = 0

  const product: Product = {
    api,
    controlUrl: control.url,
    apiProcess: apiProcess.started,
    get workerProcess() {
      return worker?.started ?? null
    },
    async startWorker() {
      worker ??= start('worker', workerSettings)
      await warmUp()
    },
    async stopWorker() {
      await worker?.stop()
      worker = null
    },
    async clear() {
      // Audit events are append-only by trigger; replica mode is for those who own the whole database.
      await database.query(`SET session_replication_role = replica;
        TRUNCATE instances, jobs, job_steps, job_events, batches, audit_events, idempotency_keys CASCADE;
        UPDATE slots SET job_id = NULL, expires_at = NULL;
        SET session_replication_role = origin`)
      await services.emptyRedis()
    },
    async stop() {
      await Promise.all([apiProcess.stop(), worker?.stop()])
      await database.end()
      await control.drop()
    },
  }

  /** The first job pays for connections, compiled code and a token of Admin API, which is no figure of interest. */
  async function warmUp(): Promise<void> {
    const { job } = await api.create({ tenant, name: `Warm up ${++warmUps}`, template: 'empty' })
    await api.waitForJob(job.id)
  }

  worker = start('worker', workerSettings)
  await setUp(api, services, options.maxConcurrency, () => worker?.started.assertRunning())
  await warmUp()
  return product
}

/** The worker has to be up for the last of these: its provisioner says what a server's settings are. */
async function setUp(
  api: ApiClient,
  services: Services,
  maxConcurrency: number,
  assertWorkerRunning: () => void,
): Promise<void> {
  const { url, clientId, clientSecret } = services.simulator
  await api.call('POST', '/v1/environments', {
    name: 'bench',
    engine: 'PostgreSql',
    adminApi: { url, clientId, clientSecret, mode: 'v2', multiTenant: true },
  })
  const address = new URL(services.postgresUrl)
  const server = {
    engine: 'postgresql',
    settings: { host: address.hostname, port: Number(address.port) },
    credentials: services.logins.admin,
    templates: templateNames,
    maxConcurrency,
  }
  const { registered } = services.logins
  for (const login of [
    { name: serverNames.shared, registeredLogin: 'shared', registeredCredentials: registered },
    { name: serverNames.perInstance, registeredLogin: 'perInstance' },
  ])
    await untilItWorks(() => api.call('POST', '/v1/database-servers', { ...server, ...login }), assertWorkerRunning)
  await api.call('POST', '/v1/tenants', {
    name: tenant,
    environment: 'bench',
    defaults: { server: serverNames.shared },
    // The simulator outlives this product, and with it the names that were registered there.
    adminTenant: `bench-${randomBytes(4).toString('hex')}`,
  })
}
