import { createLogger, prepareShutdown, readApiConfig, readOrExit } from '@edfi-tenants/runtime'
import { startTracing } from '@edfi-tenants/tracing'
import { composeApi } from './compose.js'
import { listen } from './listen.js'

const config = readOrExit(() => readApiConfig(process.env))
const log = createLogger('api', config.log)
const shutdown = prepareShutdown({ log })
try {
  if (config.tracing) {
    const tracing = await startTracing('edfi-tenants-api')
    shutdown.add('tracing', () => tracing.close())
  }
  const api = await composeApi(config, log)
  shutdown.add('api', () => api.close())
  const port = await listen(api.server, config)
  log.info('The API listens', { host: config.host, port })
} catch (error) {
  log.error('The API cannot start', { error })
  await shutdown.stop('it cannot start', 1)
}
