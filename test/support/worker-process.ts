import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../apps/worker/dist/main.js', import.meta.url))

/** A real worker process, which can be killed and started again like one. */
export interface WorkerProcess {
  readonly pid: number
  /** kill -9 and wait until it is gone. */
  kill(): Promise<void>
  start(): void
  /** Asks it to end and waits. */
  stop(): Promise<void>
}

/** Starts `apps/worker` with this environment; what it says goes to `hear`, or on to our own stderr. */
export function startWorkerProcess(environment: Record<string, string>, hear?: (text: string) => void): WorkerProcess {
  let child: ChildProcess
  const start = (): void => {
    child = spawn(process.execPath, ['--enable-source-maps', main], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'ignore', hear ? 'pipe' : 'inherit', 'ipc'],
    })
    child.stderr?.on('data', (chunk: Buffer) => hear?.(chunk.toString()))
  }
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }
  start()
  return {
    get pid() {
      return child.pid ?? 0
    },
    start,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  }
}
