/** A process to be stopped: tells on stdout what it releases. Arguments: how long a release takes, and the limit, in ms. */
import { createLogger, prepareShutdown } from '@edfi-tenants/runtime'

const [takesMs = 0, limitMs = 1000] = process.argv.slice(2).map(Number)
const log = createLogger('test', { level: 'error', format: 'json' })
const shutdown = prepareShutdown({ log, limitMs })
const busy = setInterval(() => undefined, 1000)
const say = (text: string) => process.stdout.write(`${text}\n`)

shutdown.add('first', () => {
  clearInterval(busy)
  say('first')
})
shutdown.add('broken', () => {
  say('broken')
  if (takesMs === 0) return
  throw new Error('cannot be released')
})
shutdown.add('last', async () => {
  await new Promise((resolve) => setTimeout(resolve, takesMs))
  say('last')
})
say('ready')
