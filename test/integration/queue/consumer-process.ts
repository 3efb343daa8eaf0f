/** A consumer to be killed: says on stdout what it takes, and never finishes it. Arguments: url, route. */
import { startConsumer } from '@edfi-tenants/queue'

const [url = '', route = ''] = process.argv.slice(2)
const silent = () => undefined

startConsumer({
  url,
  routes: [route],
  concurrency: 1,
  log: { debug: silent, info: silent, warn: silent },
  onRing: async (jobId) => {
    process.stdout.write(`${jobId}\n`)
    await new Promise(silent)
  },
})
