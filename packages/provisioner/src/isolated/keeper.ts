import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'
import type { FromHost, FromKeeper, ToHost, ToKeeper } from './messages.js'

/**
 * The thread between a worker and the process of one of its provisioners: starts the process, again after it has gone as
 * soon as something is asked of it, and passes messages. It is a thread of its own so that a plugin that sends much keeps
 * no other job waiting.
 */
const { location, startLimitMs } = workerData as { location: string; startLimitMs: number }

interface Process {
  child: ChildProcess
  /** What waits until the module is loaded. */
  backlog: ToHost[] | null
  calls: Set<number>
}

let current: Process | undefined
let closing = false

const say = (message: FromKeeper): void => parentPort?.postMessage(message)

function start(): Process {
  const child = fork(fileURLToPath(new URL('./host.js', import.meta.url)), [location], {
    serialization: 'advanced',
    execArgv: ['--enable-source-maps'],
    // The worker's own stdout is for what a command answers.
    stdio: ['ignore', 2, 2, 'ipc'],
  })
  const started: Process = { child, backlog: [], calls: new Set() }
  let said = false
  const late = setTimeout(() => {
    if (!said) say({ type: 'broken', message: `was not loaded within ${startLimitMs / 1000} s` })
    child.kill('SIGKILL')
  }, startLimitMs)
  child.on('message', (received) => {
    const message = received as FromHost
    if (message.type === 'loaded' || message.type === 'broken') said = true
    if (message.type === 'loaded') {
      clearTimeout(late)
      const { backlog } = started
      started.backlog = null
      for (const each of backlog ?? []) child.send(each)
    }
    if (message.type === 'result' || message.type === 'failed') started.calls.delete(message.id)
    say(message)
  })
  let isGone = false
  const gone = (how: string): void => {
    if (isGone) return
    isGone = true
    clearTimeout(late)
    if (current === started) current = undefined
    say({ type: 'gone', calls: [...started.calls], how })
    if (closing) parentPort?.close()
  }
  child.on('error', (error) => {
    // It may be there still, and out of reach: then it must do nothing more.
    child.kill('SIGKILL')
    gone(error.message)
  })
  child.on('exit', (code, signal) => gone(signal ?? `exit code ${String(code)}`))
  return started
}

function send(message: ToHost): void {
  if (message.type === 'close') {
    closing = true
    if (current) current.child.send(message)
    else parentPort?.close()
    return
  }
  // Only a call starts a process; what belongs to an earlier one went with it.
  if (!current && message.type !== 'call') return
  current ??= start()
  if (message.type === 'call') current.calls.add(message.id)
  if (current.backlog) current.backlog.push(message)
  else if (current.child.connected) current.child.send(message, () => undefined)
}

parentPort?.on('message', (message: ToKeeper) => {
  if (message.type === 'start') current ??= start()
  else if (message.type === 'send') send(message.message)
  else current?.child.kill('SIGKILL')
})
