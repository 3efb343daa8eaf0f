import { createAdminApiClient } from '@edfi-tenants/admin-api'
import { openArchiveStorage } from '@edfi-tenants/archive-storage'
import { createHookRunner } from '@edfi-tenants/hooks'
import { createJobRunner, createRinger, jobCatalogue } from '@edfi-tenants/jobs'
import { createOdsApiClient } from '@edfi-tenants/ods-api'
import { loadProvisioners } from '@edfi-tenants/provisioner'
import { openProducer, startConsumer } from '@edfi-tenants/queue'
import {
  createWorkerMetrics,
  isAllowedTarget,
  type Logger,
  type ResolveSecret,
  type Shutdown,
  type WorkerConfig,
} from '@edfi-tenants/runtime'
import { loadSeedBundles } from '@edfi-tenants/seed-bundles'
import { openPool, openStore, publishManifests, publishSeedBundles } from '@edfi-tenants/store'
import { startArchiveSweep } from './archive-sweep.js'
import { builtInProvisioners } from './built-in-provisioners.js'
import { startHealthSweep } from './health-sweep.js'
import { startEventCleaning } from './event-cleaning.js'
import { serveMetrics } from './metrics-server.js'
import { startSweeps } from './sweeps.js'
import { startWebhookSweep } from './webhooks/webhook-sweep.js'

/** How long running steps may go on when the process is asked to end, in milliseconds. */
const graceMs = 8_000

/**
 * Makes the parts of a worker and connects them, in the order in which they need each other; each is handed to
 * `shutdown`, which releases them in reverse. Throws, naming the part, when the schema is not one this version knows or
 * a provisioner cannot be loaded.
 */
export async function startWorker(
  config: WorkerConfig,
  readSecret: ResolveSecret,
  log: Logger,
  shutdown: Shutdown,
): Promise<void> {
  const provisioners = await loadProvisioners(config.provisioners, builtInProvisioners, process.cwd(), log)
  shutdown.add('provisioners', () => Promise.all([...provisioners.values()].map(async (each) => each.close?.())))
  const { url, poolSize } = config.database
  const store = await openStore({
    url,
    encryptionKeys: config.encryptionKeys,
    poolSize,
    applicationName: 'edfi-tenants worker',
  })
  shutdown.add('store', () => store.close())
  const heartbeats = openPool(url, {
    size: 1,
    queryTimeoutMs: (config.leaseSeconds * 1000) / 3,
    applicationName: 'edfi-tenants heartbeat',
  })
  shutdown.add('heartbeats', () => heartbeats.close())
  await publishManifests(
    store,
    [...provisioners.values()].map((each) => each.manifest),
  )
  const metrics = createWorkerMetrics(config.concurrency)
  if (config.metrics) {
    const served = await serveMetrics(metrics, config.metrics)
    shutdown.add('metrics', () => served.close())
    log.info('Metrics are served', { host: config.metrics.host, metricsPort: served.port })
  }
  const adminApi = createAdminApiClient({ onExchange: (exchange) => metrics.observeAdminApi(exchange) })
  shutdown.add('Admin API client', () => adminApi.close())
  const odsApi = createOdsApiClient({ log })
  shutdown.add('ODS/API client', () => odsApi.close())
  const archives = config.archives ? openArchiveStorage(config.archives) : null
  if (archives) shutdown.add('archive storage', archives.close)
  await archives?.prepare()
  const seedBundles = await loadSeedBundles(config.seedBundlesDir)
  await publishSeedBundles(
    store,
    [...seedBundles.values()].map((each) => each.manifest),
  )
  const producer = openProducer({ url: config.queueUrl, log })
  shutdown.add('queue', () => producer.close())
  const ringer = createRinger({
    database: store.database,
    queue: producer,
    log,
    onRepair: (kind) => metrics.repaired(kind),
  })
  shutdown.add('ringer', () => ringer.close())
  producer.onReachable(() => ringer.request())

  const runner = createJobRunner({
    services: {
      store,
      provisioners,
      adminApi,
      odsApi,
      archives,
      seedBundles,
      hooks: createHookRunner({
        ...config.hooks,
        isAllowedHost: (host) => isAllowedTarget(host, config.allowedTargets),
        installationId: store.installationId,
      }),
      settings: {
        odsApiCacheSeconds: config.odsApiCacheSeconds,
        undoWindowSeconds: config.undoWindowSeconds,
        sqlChecksDir: config.sqlChecksDir ?? null,
      },
      readSecret,
      onSlotFree: () => ringer.request(),
      log,
      measures: metrics.jobs,
    },
    definitions: jobCatalogue,
    heartbeatDatabase: heartbeats,
    leaseSeconds: config.leaseSeconds,
    retryForMs: config.retryForSeconds * 1000,
  })
  const routes = [config.pool, ...[...provisioners.keys()].map((engine) => `${config.pool}.${engine}`)]
  const consumer = startConsumer({
    url: config.queueUrl,
    routes,
    concurrency: config.concurrency,
    log,
    onRing: runner.run,
  })
  // Both at once: the consumer waits for the entries that the runner lets go of.
  shutdown.add('jobs', () => Promise.all([consumer.close({ waitMs: graceMs + 5_000 }), runner.stop(graceMs)]))
  const sweeps = startSweeps({ ringer, store, log, allowDelete: config.allowDelete })
  shutdown.add('sweeps', () => sweeps.stop())
  const healthSweep = startHealthSweep(
    { ringer, store, log },
    { intervalSeconds: config.healthIntervalSeconds, retentionDays: config.healthRetentionDays },
  )
  shutdown.add('health sweep', () => healthSweep.stop())
  const archiveSweep = startArchiveSweep({ ringer, store, log }, { allowDelete: config.allowDelete })
  shutdown.add('archive sweep', () => archiveSweep.stop())
  const webhookSweep = startWebhookSweep({ store, log, listed: config.webhookTargets })
  shutdown.add('webhook sweep', () => webhookSweep.stop())
  const eventCleaning = startEventCleaning({ store, log }, config.eventRetentionDays)
  shutdown.add('event cleaning', () => eventCleaning.stop())
  log.info('Worker started', { worker: runner.worker, routes })
}
