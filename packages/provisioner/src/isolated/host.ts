import { register } from 'node:module'
import type { Provisioner } from '../provisioner.js'
import { requiredOperations } from '../required-operations.js'
import type { FromHost, ToHost } from './messages.js'
import { toPlainError } from './plain-error.js'
import { serveCalls } from './serve-calls.js'

/**
 * The process of one provisioner that did not come with the service: loads the module whose URL is the first argument,
 * says what it is, and runs what it is asked. What is thrown outside any operation ends this process and nothing else.
 */
const send = (message: FromHost, then?: () => void): void => void process.send?.(message, undefined, undefined, then)

process.on('uncaughtException', (error) => {
  const end = () => process.exit(1)
  // Not later than this, also when nobody takes the message any more.
  setTimeout(end, 1_000)
  send({ type: 'thrown', error: toPlainError(error) }, end)
})
// Whoever started us decides when it is over; a Ctrl-C in the terminal reaches every process of the group.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
process.on('disconnect', () => process.exit(0))

/** Where a module cannot be read: the first line of such an error's stack, ahead of its text. */
function placeOf({ name, stack = '' }: Error): string {
  const [first = ''] = stack.split('\n')
  return name === 'SyntaxError' && /^file:.*:\d+$/.test(first) ? ` (${first})` : ''
}

try {
  register(new URL('./own-packages.js', import.meta.url))
  const module = (await import(process.argv[2] ?? '')) as { provisioner?: Provisioner | null }
  const { provisioner } = module
  if (typeof provisioner !== 'object' || provisioner === null) {
    send({ type: 'broken', message: 'does not export "provisioner"' }, () => process.exit(1))
  } else {
    const serve = serveCalls(provisioner, send)
    process.on('message', (message) => {
      if ((message as ToHost).type !== 'close') serve(message as ToHost)
      else void Promise.resolve(provisioner.close?.()).finally(() => process.exit(0))
    })
    const operations = requiredOperations.filter((name) => typeof provisioner[name] === 'function')
    const manifest: unknown = JSON.parse(JSON.stringify((provisioner as Partial<Provisioner>).manifest ?? null))
    send({ type: 'loaded', manifest, operations })
  }
} catch (error) {
  const message = error instanceof Error ? `${error.message}${placeOf(error)}` : String(error)
  send({ type: 'broken', message: `cannot be loaded: ${message}` }, () => process.exit(1))
}
