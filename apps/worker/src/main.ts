import {
  createLogger,
  createSecretResolver,
  prepareShutdown,
  readWorkerConfig,
  readOrExit,
} from '@edfi-tenants/runtime'
import { startWorker } from './compose.js'

const config = readOrExit(() => readWorkerConfig(process.env))
const log = createLogger('worker', config.log)
const shutdown = prepareShutdown({ log })
try {
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
