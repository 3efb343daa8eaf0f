import { randomBytes } from 'node:crypto'
import os from 'node:os'
import path from 'node:path'
import { applyMigrations } from '@edfi-tenants/store'
import { signIn, type Api } from '../reference/api.js'
import { registerServer } from '../reference/register-server.js'
import { ensureTemplate } from '../reference/templates.js'
import { startKeeper } from '../services/keeper.js'
import { isTaken, startApis } from './api-processes.js'
import { startDatabases } from './databases.js'
import { onboard } from './onboard.js'
import { startQueue } from './queue.js'
import { endInOrder } from './run-until-ended.js'
import { startSimulator } from './simulator.js'
import { showAddresses, type Addresses } from './show-addresses.js'
import { stopwatch } from './stopwatch.js'
import { startProcess } from './supervised-process.js'

/** What the command line asks for. */
export interface QuickstartOptions {
  once: boolean
  json: boolean
  demo: boolean
  /** Of the API; 0: a free one. */
  port: number
  apis: number
  workers: number
}

/** What the quickstart runs with. */
export interface Surroundings {
  /** The folder of this clone, built. */
  repository: string
  /** Passed on to every process. */
  env: NodeJS.ProcessEnv
}

const randomKey = (): string => `quickstart:${randomBytes(32).toString('base64')}`

/** Twelve hours: long enough for a day with the system. */
const tokenLifetimeSeconds = 12 * 60 * 60

/**
 * Starts everything, each part as soon as what it needs is there, onboards an instance and stays up; ends the process by
 * itself in every case.
 */
export async function quickstart(options: QuickstartOptions, surroundings: Surroundings): Promise<void> {
  const print = options.json
    ? (text: string) => void process.stderr.write(`${text}\n`)
    : (text: string) => void process.stdout.write(`${text}\n`)
  let isReady = false
  const parts = endInOrder({
    say: (text) => void process.stderr.write(`${text}\n`),
    isReady: () => isReady,
    startedByNpm: surroundings.env['npm_lifecycle_event'] !== undefined,
  })
  try {
    if (options.port !== 0 && (await isTaken(options.port)))
      throw new Error(`Port ${options.port} is taken by another program.`)
    const { addresses, api } = await start(options, surroundings, parts, print)
    if (options.demo) await onboard({ api, addresses, print })
    isReady = true
    if (options.json) process.stdout.write(`${JSON.stringify(addresses)}\n`)
    if (options.once) await parts.end(0)
    showAddresses(addresses, print)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    await parts.end(1)
  }
}

async function start(
  options: QuickstartOptions,
  { repository, env: given }: Surroundings,
  parts: ReturnType<typeof endInOrder>,
  print: (text: string) => void,
): Promise<{ addresses: Addresses; api: Api }> {
  const timed = stopwatch(print)
  const entry = (app: string): string => path.join(repository, 'apps', app, 'dist', 'main.js')
  const quiet = { LOG_LEVEL: 'warn', LOG_FORMAT: 'text', ...given }
  const say = (text: string) => void process.stderr.write(`${text}\n`)

  const databasesStarting = timed('PostgreSQL', startDatabases(parts))
  const queueStarting = startQueue(given['QUEUE_URL'], parts, say)
  const simulatorStarting = timed(
    'Admin API simulator',
    startSimulator(entry('admin-api-simulator'), quiet, parts, say),
  )
  for (const starting of [queueStarting, simulatorStarting]) starting.catch(() => undefined)

  const databases = await databasesStarting
  const templatesBuilding = timed(
    'templates minimal and populated',
    Promise.all(
      (['populated', 'minimal'] as const).map((kind) =>
        ensureTemplate(databases.serverUrl, kind, databases.registered.username),
      ),
    ),
  )
  templatesBuilding.catch(() => undefined)
  await applyMigrations(databases.controlDatabaseUrl)

  const queue = (await queueStarting) ?? { url: databases.controlDatabaseUrl, name: 'PostgreSQL' }
  print(`  ✓ queue: ${queue.name}`)
  const simulator = await simulatorStarting
  const access = { clientId: 'quickstart', clientSecret: randomBytes(24).toString('hex') }
  const archives = path.join(os.tmpdir(), `edfi-tenants-archives-${randomBytes(8).toString('hex')}`)
  // Its only task is that nothing of them is left, even if we are killed. It runs as we do, so that it may.
  const keeper = startKeeper(undefined)
  parts.add({ stop: () => keeper.end() })
  keeper.removeAtEnd(archives)
  const shared = {
    ARCHIVE_DIR: archives,
    // No ODS/API runs here whose caches a purge would have to wait for.
    ODS_API_CACHE_SECONDS: '0',
    ...quiet,
    DATABASE_URL: databases.controlDatabaseUrl,
    QUEUE_URL: queue.url,
    ENCRYPTION_KEYS: randomKey(),
  }
  const workers = Array.from({ length: options.workers }, () =>
    parts.add(startProcess({ name: 'worker', script: entry('worker'), env: () => shared, say })),
  )
  const workersFailing = Promise.race(workers.map((worker) => worker.failed))
  const apis = await Promise.race([
    workersFailing,
    timed(
      options.apis === 1 ? 'API' : `${options.apis} APIs`,
      startApis(
        {
          script: entry('api'),
          env: {
            ...shared,
            TOKEN_SIGNING_KEYS: randomKey(),
            TOKEN_LIFETIME_SECONDS: String(tokenLifetimeSeconds),
            BOOTSTRAP_CLIENT_ID: access.clientId,
            BOOTSTRAP_CLIENT_SECRET: access.clientSecret,
            ADMIN_API_URL: simulator.url,
            ADMIN_API_CLIENT_ID: simulator.clientId,
            ADMIN_API_CLIENT_SECRET: simulator.clientSecret,
            ADMIN_API_MODE: 'auto',
            ADMIN_API_MULTI_TENANT: 'true',
          },
          say,
        },
        { count: options.apis, port: options.port },
        parts,
      ),
    ),
  ])
  const api = await signIn({ url: apis.url, ...access })
  const databaseServer = 'local'
  const { host, port, admin, registered } = databases
  await Promise.race([
    workersFailing,
    timed(
      options.workers === 1 ? 'worker' : `${options.workers} workers`,
      registerServer(api, { name: databaseServer, host, port, admin, registered }),
    ),
  ])
  for (const worker of workers) worker.keep()
  await templatesBuilding

  return {
    api,
    addresses: {
      apiUrl: apis.url,
      token: api.token,
      ...access,
      docsUrl: `${apis.url}/docs`,
      dashboardUrl: `${apis.url}/dashboard`,
      adminApiUrl: simulator.url,
      adminApiClientId: simulator.clientId,
      adminApiClientSecret: simulator.clientSecret,
      environment: 'default',
      databaseServer,
      databaseServerUrl: databases.serverUrl,
      controlDatabaseUrl: databases.controlDatabaseUrl,
      queueUrl: queue.url,
      pids: { apis: apis.processes.map(({ pid }) => pid), workers: workers.map(({ pid }) => pid) },
    },
  }
}
