import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createAdminApiClient } from '@edfi-tenants/admin-api'
import { startSimulator, type Simulator } from '@edfi-tenants/admin-api-simulator'
import { createHookRunner, type HookRunnerOptions } from '@edfi-tenants/hooks'
import {
  createJobRunner,
  createRinger,
  jobCatalogue,
  requestCreateInstance,
  unmeasured,
  type CreateInstanceBody,
  type JobDefinition,
  type JobRunner,
  type JobServices,
  type JobSettings,
  type Ringer,
} from '@edfi-tenants/jobs'
import { provisioner } from '@edfi-tenants/provisioner-postgresql'
import { openProducer, startConsumer, type QueueConsumer } from '@edfi-tenants/queue'
import { openArchiveStorage } from '@edfi-tenants/archive-storage'
import { createOdsApiClient } from '@edfi-tenants/ods-api'
import { loadSeedBundles } from '@edfi-tenants/seed-bundles'
import { buildTemplate } from '@edfi-tenants/sample-ods'
import {
  applyMigrations,
  createEnvironment,
  createServer,
  createTenant,
  openPool,
  openStore,
  publishManifests,
  publishSeedBundles,
  readInstance,
  readJob,
  type InstanceRow,
  type JobRow,
  type Store,
} from '@edfi-tenants/store'
import { createDatabase, sharedPostgres } from './postgres.js'
import { sharedRedis } from './redis.js'

/** Who asks in these tests. */
export const origin = {
  actor: { clientId: 'test', scopes: ['admin' as const], tenants: '*' as const },
  requestId: 'test-request',
  remoteAddress: null,
}

/** Says nothing; set `TEST_LOG` to hear it. */
const speak = (message: string, fields?: object) =>
  process.env['TEST_LOG'] ? console.error(message, fields) : undefined
export const quietLog = { debug: speak, info: speak, warn: speak, error: speak, child: () => quietLog }

/** Control database, queue, Admin API simulator and a database server with a template, and a worker's parts in this process. */
export interface JobStack {
  store: Store
  simulator: Simulator
  serverUrl: string
  ringer: Ringer
  /** What the ringer of this process, which sweeps beside the workers, had to repair. */
  repairs: string[]
  /** What the service signs in to Admin API with. */
  adminApiSecret: string
  /** The environment variables with which a worker process joins this stack. */
  workerEnvironment: Record<string, string>
  /** Starts a worker in this process; further ones take jobs beside it. */
  startWorker(options?: {
    definitions?: ReadonlyMap<string, JobDefinition>
    leaseSeconds?: number
    retryForMs?: number
    settings?: Partial<JobSettings>
    hooks?: Partial<HookRunnerOptions>
    readSecret?: JobServices['readSecret']
  }): RunningTestWorker
  create(body: Partial<CreateInstanceBody> & { name: string }): ReturnType<typeof requestCreateInstance>
  waitForJob(id: string, timeoutMs?: number): Promise<JobRow>
  instance(id: string): Promise<InstanceRow>
  close(): Promise<void>
}

export interface RunningTestWorker {
  runner: JobRunner
  consumer: QueueConsumer
  stop(graceMs?: number): Promise<void>
}

/** The template that {@link startJobStack} builds, shared by all suites of this process. */
export const templateName = 'EdFi_Ods_Minimal_Template_Test'

/** Starts a stack of its own, on the shared servers unless others are given; without Redis the queue is in the control database. */
export async function startJobStack(
  options: {
    maxConcurrency?: number
    postgres?: { url: string }
    redis?: { url: string } | null
    seedBundlesDir?: string
  } = {},
): Promise<JobStack> {
  const { url: serverUrl } = options.postgres ?? (await sharedPostgres())
  const redis = options.redis === undefined ? await sharedRedis() : options.redis
  const control = await createDatabase('control', { on: serverUrl })
  const queueUrl = redis?.url ?? control.url
  await applyMigrations(control.url)
  await buildTemplate({ adminUrl: serverUrl, databaseName: templateName, kind: 'minimal' })
  const key = randomBytes(32)
  const store = await openStore({ url: control.url, encryptionKeys: [{ id: 'k1', key }], poolSize: 8 })
  const clientSecret = randomBytes(24).toString('hex')
  const simulator = await startSimulator({
    multiTenant: true,
    clients: [{ clientId: 'tests', clientSecret, displayName: 'Tests' }],
  })
  await publishManifests(store, [provisioner.manifest])

  const environment = await createEnvironment(store, {
    name: 'default',
    engine: 'PostgreSql',
    adminApiUrl: simulator.url,
    adminApiClientId: 'tests',
    adminApiMode: 'auto',
    multiTenant: true,
    timeoutMs: 5_000,
    maxConcurrency: 8,
    odsApi: null,
    dataStandard: null,
    adminApiClientSecret: clientSecret,
    encryptionKey: null,
    probeClientSecret: null,
    notificationsUrl: null,
  })
  await createTenant(store, {
    name: 'district-one',
    displayName: null,
    environmentId: environment.id,
    adminTenant: 'district-one',
    defaultServer: null,
    defaultTemplate: null,
    defaultInstanceType: null,
    // Other stacks of this process share the database server.
    databaseNamePattern: `EdFi_Ods_${randomBytes(3).toString('hex')}_{name}`,
    maxInstances: null,
  })
  const address = new URL(serverUrl)
  const login = {
    username: decodeURIComponent(address.username),
    password: decodeURIComponent(address.password),
    passwordFrom: null,
  }
  await createServer(store, {
    name: 'local',
    engine: 'postgresql',
    databaseEngine: 'PostgreSql',
    settings: { host: address.hostname, port: Number(address.port) },
    registeredLogin: 'perInstance',
    templates: { minimal: templateName, missing: 'no_such_template' },
    tenants: [],
    maxConcurrency: options.maxConcurrency ?? 4,
    maxInstances: null,
    pool: null,
    workerPool: 'default',
    credentials: login,
    registeredCredentials: null,
  })

  const producer = openProducer({ url: queueUrl, log: quietLog })
  const repairs: string[] = []
  const ringer = createRinger({
    database: store.database,
    queue: producer,
    log: quietLog,
    onRepair: (kind) => repairs.push(kind),
  })
  const sweep = setInterval(() => void ringer.sweep(), 500)
  const adminApi = createAdminApiClient({})
  const odsApi = createOdsApiClient({ log: quietLog })
  const archiveFolder = mkdtempSync(path.join(os.tmpdir(), 'archives-'))
  const archives = openArchiveStorage({ kind: 'folder', folder: archiveFolder })
  const seedBundles = await loadSeedBundles(options.seedBundlesDir)
  await publishSeedBundles(
    store,
    [...seedBundles.values()].map((each) => each.manifest),
  )
  const workers = new Set<RunningTestWorker>()

  return {
    store,
    simulator,
    serverUrl,
    ringer,
    repairs,
    adminApiSecret: clientSecret,
    workerEnvironment: {
      DATABASE_URL: control.url,
      QUEUE_URL: queueUrl,
      ENCRYPTION_KEYS: `k1:${key.toString('base64')}`,
      LOG_LEVEL: 'error',
      ARCHIVE_DIR: archiveFolder,
      ODS_API_CACHE_SECONDS: '0',
      HEALTH_INTERVAL_SECONDS: '0',
    },
    startWorker({
      definitions = jobCatalogue,
      leaseSeconds = 6,
      retryForMs = 900_000,
      settings = {},
      hooks = {},
      readSecret = () => Promise.reject(new Error('no secret references here')),
    } = {}) {
      const heartbeatDatabase = openPool(control.url, { size: 1 })
      const runner = createJobRunner({
        services: {
          store,
          provisioners: new Map([['postgresql', provisioner]]),
          adminApi,
          odsApi,
          archives,
          seedBundles,
          hooks: createHookRunner({
            isAllowedHost: () => true,
            installationId: store.installationId,
            engines: [],
            images: [],
            networks: [],
            portsAddress: '127.0.0.1',
            ...hooks,
          }),
          settings: { odsApiCacheSeconds: 0, undoWindowSeconds: 7 * 86_400, sqlChecksDir: null, ...settings },
          readSecret,
          onSlotFree: () => ringer.request(),
          log: quietLog,
          measures: unmeasured,
        },
        definitions,
        heartbeatDatabase,
        leaseSeconds,
        retryForMs,
      })
      const consumer = startConsumer({
        url: queueUrl,
        routes: ['default', 'default.postgresql'],
        concurrency: 8,
        log: quietLog,
        onRing: runner.run,
      })
      const worker: RunningTestWorker = {
        runner,
        consumer,
        async stop(graceMs = 5_000) {
          if (!workers.delete(worker)) return
          await Promise.all([consumer.close(), runner.stop(graceMs)])
          await heartbeatDatabase.close()
        },
      }
      workers.add(worker)
      return worker
    },
    async create(body) {
      const answer = await requestCreateInstance(store, {
        ...origin,
        body: { tenant: 'district-one', ...body },
        reservedDatabaseNames: [],
      })
      ringer.request()
      return answer
    },
    async waitForJob(id, timeoutMs = 60_000) {
      const deadline = Date.now() + timeoutMs
      for (;;) {
        // The control database may be away for a moment in tests that restart it.
        const job = await readJob(store.database, id, '*').catch(() => null)
        if (job?.finishedAt) return job
        if (Date.now() > deadline) throw new Error(`The job has not ended: ${JSON.stringify(job)}`)
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    },
    async instance(id) {
      const row = await readInstance(store.database, id, '*')
      if (!row) throw new Error(`There is no instance ${id}.`)
      return row
    },
    async close() {
      clearInterval(sweep)
      await Promise.all([...workers].map((worker) => worker.stop(0)))
      await ringer.close()
      await Promise.all([producer.close(), adminApi.close(), odsApi.close(), simulator.close()])
      archives.close()
      rmSync(archiveFolder, { recursive: true, force: true })
      await store.close()
      await control.drop()
    },
  }
}
