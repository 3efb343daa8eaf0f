import {
  createLogger,
  createSecretResolver,
  prepareShutdown,
  readWorkerConfig,
  readOrExit,
} from '@edfi-tenants/runtime'
import { startTracing } from '@edfi-tenants/tracing'
import { startWorker } from './compose.js'

const config = readOrExit(() => readWorkerConfig(process.env))
const log = createLogger('worker', config.log)
const shutdown = prepareShutdown({ log })
try {
  if (config.tracing) {
    const tracing = await startTracing('edfi-tenants-worker')
    shutdown.add('tracing', () => tracing.close())
  }
  await startWorker(
    config,
    createSecretResolver({
      env: process.env,
      secretFilesDir: config.secretFilesDir,
      awsSecrets: config.awsSecrets,
      rules: config.secretRules,
    }),
    log,
    shutdown,
  )
} catch (error) {
  log.error('The worker cannot start', { error })
  await shutdown.stop('it cannot start', 1)
}
