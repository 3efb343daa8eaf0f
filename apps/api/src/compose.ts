import { setMaxListeners } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createAdminApiClient } from '@edfi-tenants/admin-api'
import { createRinger } from '@edfi-tenants/jobs'
import { openDashboardQueues, openProducer } from '@edfi-tenants/queue'
import { createApiMetrics, type ApiConfig } from '@edfi-tenants/runtime'
import { openStore, readFleetFigures } from '@edfi-tenants/store'
import { createApp } from './app.js'
import { answerClientError } from './http/client-error.js'
import { watchUnusedConnections } from './http/unused-connections.js'
import type { Log, Parts } from './parts.js'
import { seed } from './seed.js'
import { createClientLookup } from './sign-in/client-lookup.js'
import { createOidcIssuer } from './sign-in/oidc-tokens.js'
import { createSignIn } from './sign-in/sign-in.js'

/** The API, made and ready to listen. */
export interface Api {
  server: Server
  parts: Parts
  /** Takes no new connections, lets what runs finish, and releases everything. */
  close(): Promise<void>
}

/** Makes the parts of the API and puts them together; the only place that does. */
export async function composeApi(config: ApiConfig, log: Log): Promise<Api> {
  const store = await openStore({
    url: config.database.url,
    encryptionKeys: config.encryptionKeys,
    poolSize: config.database.poolSize,
    applicationName: 'edfi-tenants-api',
  })
  await seed(store, config)
  const queue = openProducer({ url: config.queueUrl, log })
  const metrics = createApiMetrics(() => readFleetFigures(store.database))
  const ringer = createRinger({ database: store.database, queue, log, onRepair: (kind) => metrics.repaired(kind) })
  // What was asked for while the queue was away need not wait for a sweep.
  queue.onReachable(() => ringer.request())
  const dashboardQueues = config.dashboard ? openDashboardQueues({ url: config.queueUrl, log }) : null
  const adminApi = createAdminApiClient({ onExchange: (exchange) => metrics.observeAdminApi(exchange) })
  const stopping = new AbortController()
  // Every call that waits, and every stream, listens to it.
  setMaxListeners(0, stopping.signal)
  const parts: Parts = {
    store,
    queue,
    ringer,
    dashboardQueues,
    signIn: createSignIn({
      keys: config.tokenSigningKeys,
      tokenLifetimeSeconds: config.tokenLifetimeSeconds,
      clients: createClientLookup(store),
      oidc: config.oidc ? createOidcIssuer(config.oidc) : null,
      log,
    }),
    allowedTargets: config.allowedTargets,
    webhookTargets: config.webhookTargets,
    adminApi,
    batchMaxItems: config.batchMaxItems,
    deletePolicy: { allowDelete: config.allowDelete, maxDeletesPerHour: config.maxDeletesPerHour },
    log,
    metrics,
    stopping: stopping.signal,
    reservedDatabaseNames: [decodeURIComponent(new URL(config.database.url).pathname.slice(1))].filter(Boolean),
    trustProxy: config.trustProxy,
    publicUrl: config.publicUrl ?? null,
    version: versionOfProduct(),
  }
  const server = createServer(createApp(parts))
  const closeUnused = watchUnusedConnections(server)
  setTimeouts(server)
  server.on('clientError', answerClientError)
  return {
    server,
    parts,
    async close() {
      stopping.abort()
      await stopListening(server, closeUnused)
      await ringer.close()
      await dashboardQueues?.close()
      await queue.close()
      await adminApi.close()
      await store.close()
    },
  }
}

/**
 * Nobody holds a connection by sending slowly. Idle ones are kept for longer than load balancers keep theirs (60 s), so
 * that none sends into a connection that we are just closing.
 */
function setTimeouts(server: Server): void {
  server.headersTimeout = 15_000
  server.requestTimeout = 60_000
  server.keepAliveTimeout = 65_000
}

/** Takes no new connections, and closes each that is there as soon as its request is answered. */
const stopListening = (server: Server, closeUnused: () => void): Promise<void> =>
  new Promise((resolve) => {
    if (!server.listening) {
      resolve()
      return
    }
    const closeIdle = setInterval(() => server.closeIdleConnections(), 50)
    server.close(() => {
      clearInterval(closeIdle)
      resolve()
    })
    server.closeIdleConnections()
    closeUnused()
  })

function versionOfProduct(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return version
}
