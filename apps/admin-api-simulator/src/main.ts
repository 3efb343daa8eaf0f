import { startSimulator } from './index.js'
import { parseEnvironment } from './process-settings.js'

const simulator = await startSimulator(parseEnvironment(process.env))

let stopping = false
const stop = (): void => {
  if (stopping) return
  stopping = true
  void simulator.close().then(() => process.exit(0))
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
// A parent that forked this process takes it along when it ends, however it ends.
if (process.send) process.on('disconnect', stop)

process.stdout.write(`${JSON.stringify({ url: simulator.url, controlUrl: simulator.controlUrl })}\n`)
