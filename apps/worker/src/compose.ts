import { createAdminApiClient } from '@edfi-tenants/admin-api'
import { createJobRunner, createRinger, jobCatalogue, type Log } from '@edfi-tenants/jobs'
import { loadProvisioners } from '@edfi-tenants/provisioner'
import { openProducer, startConsumer, type QueueLog } from '@edfi-tenants/queue'
import type { WorkerConfig } from '@edfi-tenants/runtime'
import { openPool, openStore, publishManifests } from '@edfi-tenants/store'
import { builtInProvisioners } from './built-in-provisioners.js'
import { startSweeps } from './sweeps.js'

/** A part of the worker that is started, and how it ends. */
export interface RunningWorker {
  /** Who this worker is in job events. */
  name: string
  /** Takes no more jobs, gives running steps `graceMs`, puts the rest back as due, and closes everything. */
  stop(graceMs: number): Promise<void>
}

/**
 * Makes the parts of a worker and connects them, in the order in which they need each other. Throws, naming the part,
 * when the schema is not one this version knows or a provisioner cannot be loaded.
 */
export async function startWorker(config: WorkerConfig, log: Log & QueueLog): Promise<RunningWorker> {
  const provisioners = await loadProvisioners(config.provisioners, builtInProvisioners, process.cwd())
  const store = await openStore({
    url: config.databaseUrl,
    encryptionKeys: config.encryptionKeys,
    poolSize: config.databasePoolSize,
    applicationName: 'edfi-tenants worker',
  })
  const heartbeatDatabase = openPool(config.databaseUrl, { size: 1, applicationName: 'edfi-tenants heartbeat' })
  await publishManifests(
    store,
    [...provisioners.values()].map((provisioner) => provisioner.manifest),
  )
  const adminApi = createAdminApiClient({})
  const producer = openProducer({ url: config.queueUrl, log })
  const ringer = createRinger({ database: store.database, queue: producer, log })
  const runner = createJobRunner({
    services: {
      store,
      provisioners,
      adminApi,
      readSecret: config.readSecret,
      onSlotFree: () => ringer.request(),
      log,
    },
    definitions: jobCatalogue,
    heartbeatDatabase,
    leaseSeconds: config.leaseSeconds,
    retryForMs: config.retryForSeconds * 1000,
  })
  const routes = [config.workerPool, ...[...provisioners.keys()].map((engine) => `${config.workerPool}.${engine}`)]
  const consumer = startConsumer({
    url: config.queueUrl,
    routes,
    concurrency: config.workerConcurrency,
    log,
    onRing: runner.run,
  })
  producer.onReachable(() => ringer.request())
  const sweeps = startSweeps({ ringer, store, log })
  log.info('worker started', { worker: runner.worker, routes })

  return {
    name: runner.worker,
    async stop(graceMs) {
      sweeps.stop()
      await Promise.all([consumer.close({ waitMs: graceMs + 5_000 }), runner.stop(graceMs)])
      await ringer.close()
      await Promise.all([...provisioners.values()].map((provisioner) => provisioner.close?.()))
      await Promise.all([producer.close(), adminApi.close(), heartbeatDatabase.close()])
      await store.close()
    },
  }
}
