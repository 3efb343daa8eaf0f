import { fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** A Node process of the benchmark's. It ends when the benchmark does: the channel between them breaks then. */
export interface NodeProcess {
  readonly pid: number
  /** Throws with the end of what it wrote when it has ended by itself. */
  assertRunning(): void
  /** The first message it sends. */
  message<Message>(): Promise<Message>
  /** Asks it to end and, after ten seconds, makes it. */
  stop(): Promise<void>
}

/** What a process is started with. Its environment holds nothing of ours but the path, so a host's settings do not count. */
export interface NodeProcessOptions {
  script: string
  environment: Record<string, string>
  /** Gets everything it writes. */
  logFile: string
}

const stopWithinMs = 10_000

/** Starts a script; with the arguments in `BENCH_NODE_ARGUMENTS` for Node, such as a profiler's (docs/benchmarks.md). */
export function startNodeProcess({ script, environment, logFile }: NodeProcessOptions): NodeProcess {
  const log = openSync(logFile, 'a')
  const { PATH, SystemRoot, TEMP, TMPDIR, BENCH_NODE_ARGUMENTS = '' } = process.env
  const passed = { PATH, SystemRoot, TEMP, TMPDIR }
  const child = fork(script, [], {
    env: { ...definedOnly(passed), NODE_ENV: 'production', ...environment },
    execArgv: BENCH_NODE_ARGUMENTS.split(' ').filter((argument) => argument !== ''),
    stdio: ['ignore', log, log, 'ipc'],
  })
  closeSync(log)
  const exited = once(child, 'exit')
  exited.catch(() => undefined)
  let stopping = false
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null
  const name = `${path.basename(path.dirname(path.dirname(script)))}/${path.basename(script)}`
  const lastWords = () => {
    const how = child.signalCode ?? `exit code ${child.exitCode ?? 'unknown'}`
    return new Error(`${name} has ended (${how}):\n${readFileSync(logFile, 'utf8').slice(-4000)}`)
  }
  return {
    pid: child.pid ?? 0,
    assertRunning() {
      if (hasEnded() && !stopping) throw lastWords()
    },
    async message<Message>() {
      const given = await Promise.race([once(child, 'message'), exited.then(() => null)])
      if (given === null) throw lastWords()
      return given[0] as Message
    },
    async stop() {
      stopping = true
      if (hasEnded()) return
      child.kill('SIGTERM')
      const late = await Promise.race([exited, pause(stopWithinMs, 'late' as const, { ref: false })])
      if (late === 'late') child.kill('SIGKILL')
      await exited
    },
  }
}

const definedOnly = (values: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined))
