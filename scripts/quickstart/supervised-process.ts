import { fork, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'

/** A Node process of ours to run. */
export interface ProcessSettings {
  /** For messages about it. */
  name: string
  /** Absolute path. */
  script: string
  /** Asked before every start. */
  env: () => NodeJS.ProcessEnv
  /** Hears each line of its stdout; without it they go to our stderr, as its stderr does. */
  onLine?: (line: string) => void
  say: (text: string) => void
}

/** A running process that ends with us, however we end. */
export interface SupervisedProcess {
  /** Changes with a restart. */
  readonly pid: number
  /** Rejects when it ends before `keep` was called; otherwise stays pending. */
  failed: Promise<never>
  /** From now on it is started again whenever it ends. */
  keep(): void
  /** In order within `graceMs`, otherwise with -9. May be called twice. */
  stop(graceMs?: number): Promise<void>
  /** With -9. */
  kill(): void
}

/** One that ends right after its start is not started again at once; a second is what others wait for at most. */
const restartDelayMs = { settled: 50, unsettled: 400 }
const settledMs = 2_000

/**
 * Starts a process with an IPC channel, at whose end it stops by itself. It has a session of its own, so that Ctrl-C in
 * the terminal reaches it through us only, once and in order.
 */
export function startProcess({ name, script, env, onLine, say }: ProcessSettings): SupervisedProcess {
  let isKept = false
  let isStopping = false
  let child: ChildProcess
  let gone = Promise.resolve()
  let reject: (error: Error) => void = () => undefined
  const failed = new Promise<never>((_, rejectIt) => (reject = rejectIt))
  failed.catch(() => undefined)

  function launch(): void {
    const startedAt = Date.now()
    const started = fork(script, [], {
      env: env(),
      execArgv: [],
      detached: process.platform !== 'win32',
      stdio: ['ignore', onLine ? 'pipe' : 2, 2, 'ipc'],
    })
    child = started
    if (onLine && started.stdout) createInterface({ input: started.stdout }).on('line', onLine)
    gone = new Promise((resolve) => {
      const finish = (how: string): void => {
        resolve()
        if (isStopping) return
        if (!isKept) {
          reject(new Error(`The ${name} did not start (${how}).`))
          return
        }
        say(`The ${name} has ended (${how}) and is started again.`)
        const delay = Date.now() - startedAt > settledMs ? restartDelayMs.settled : restartDelayMs.unsettled
        setTimeout(() => (isStopping ? undefined : launch()), delay)
      }
      started.once('exit', (code, signal) => finish(signal ?? `exit code ${code ?? 'unknown'}`))
      started.once('error', (error) => {
        if (started.pid === undefined) finish(error.message)
      })
    })
  }

  launch()
  return {
    get pid() {
      return child.pid ?? 0
    },
    failed,
    keep: () => (isKept = true),
    async stop(graceMs = 15_000) {
      isStopping = true
      // Windows knows no signal that a process could answer; the end of the channel says the same.
      if (process.platform !== 'win32') child.kill('SIGTERM')
      else if (child.connected) child.disconnect()
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
      await gone
      clearTimeout(timer)
    },
    kill() {
      isStopping = true
      child.kill('SIGKILL')
    },
  }
}
