import { createLogger, onShutdown, readWorkerConfig } from '@edfi-tenants/runtime'
import { startWorker } from './compose.js'

/** How long running steps may go on when the process is asked to end, in milliseconds. */
const graceMs = 8_000

const config = readWorkerConfig()
const log = createLogger({ ...config.log, service: 'worker' })
const worker = await startWorker(config, log)
onShutdown(log, () => worker.stop(graceMs))
