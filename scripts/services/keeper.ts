import { spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { ServiceAccount } from './service-account.js'

/** One thing to try when a kept process has to end; the next step follows when it is still there after `waitMs`. */
export type StopStep = { signal: NodeJS.Signals; waitMs: number } | { run: string[]; waitMs: number }

/** A native command to keep. Output is appended to `logFile`; `stopSteps` are also taken when our own process has died. */
export interface KeptCommand {
  command: string
  args: string[]
  cwd: string
  logFile: string
  stopSteps: StopStep[]
}

/** How a kept process ended. */
export interface KeptExit {
  code: number | null
  signal: NodeJS.Signals | null
}

/** A running kept process. `exited` never rejects. */
export interface KeptProcess {
  pid: number
  exited: Promise<KeptExit>
}

/** The parent's end of a keeper (see `keeper.mjs`). It holds one process at a time and doesn't keep Node's loop alive. */
export interface Keeper {
  /** Makes a private folder for the kept processes, deleted once the keeper ends, whatever ended it. */
  makeFolder(folder: string): Promise<void>
  /** Has the folder deleted once the keeper ends, whatever ended it. */
  removeAtEnd(folder: string): void
  /** Rejects when the command cannot be started. */
  start(command: KeptCommand): Promise<KeptProcess>
  /** Ends the current process, by its own steps unless others are given. Does nothing when there is none. */
  stop(steps?: StopStep[]): Promise<void>
  /** Stops the process, deletes the folders, and resolves when the keeper itself has exited. */
  end(): Promise<void>
  /** Waits for something that depends on a kept process, keeping Node's loop alive meanwhile. */
  waitFor<T>(promise: Promise<T>): Promise<T>
}

type Answer =
  | { type: 'made' }
  | { type: 'started'; pid: number }
  | { type: 'failed'; message: string }
  | ({ type: 'exited' } & KeptExit)

const endedMessage = 'The keeper of the local services has ended'

/** What native services get of our environment: no secrets, no `PG*` settings, nothing that changes their language. */
function nativeEnvironment(): NodeJS.ProcessEnv {
  const names = ['PATH', 'Path', 'SystemRoot', 'SYSTEMROOT', 'windir', 'TEMP', 'TMP', 'TMPDIR']
  const passed = names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]] as const]))
  return { ...Object.fromEntries(passed), LC_ALL: 'C' }
}

/**
 * Starts a keeper in a session of its own, so that neither Ctrl-C nor `kill -9` of this process leaves a native process
 * behind. With an account (only as root) the keeper and all it starts run as that account.
 */
export function startKeeper(account: ServiceAccount | undefined): Keeper {
  const script = path.join(path.dirname(fileURLToPath(import.meta.url)), 'keeper.mjs')
  const env = nativeEnvironment()
  const child = spawn(process.execPath, [script], {
    cwd: path.parse(process.execPath).root,
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
    windowsHide: true,
  })
  // Pipes of child processes are sockets, which Node's types don't say.
  const handles = [child, child.stdin, child.stdout] as unknown as Pick<Socket, 'ref' | 'unref'>[]
  let waiting = 0
  let hasEnded = false
  let current: { exit: (exit: KeptExit) => void; process: KeptProcess } | undefined
  let asked: { resolve: (started?: KeptProcess) => void; reject: (error: Error) => void } | undefined

  const gone = new Promise<void>((resolve) => {
    const finish = () => {
      hasEnded = true
      asked?.reject(new Error(endedMessage))
      current?.exit({ code: null, signal: null })
      current = asked = undefined
      resolve()
    }
    child.once('exit', finish).once('error', finish)
  })

  async function waitFor<T>(promise: Promise<T>): Promise<T> {
    if (waiting++ === 0) for (const handle of handles) handle.ref()
    try {
      return await promise
    } finally {
      if (--waiting === 0) for (const handle of handles) handle.unref()
    }
  }

  function hear(answer: Answer): void {
    if (answer.type === 'exited') {
      current?.exit({ code: answer.code, signal: answer.signal })
      current = undefined
      return
    }
    if (answer.type === 'started') {
      let exit: (exit: KeptExit) => void = () => undefined
      const exited = new Promise<KeptExit>((resolve) => (exit = resolve))
      current = { exit, process: { pid: answer.pid, exited } }
    }
    if (answer.type === 'failed') asked?.reject(new Error(answer.message))
    // Handed over here: the next line, read at once, may say that the process has exited.
    else asked?.resolve(current?.process)
    asked = undefined
  }

  const tell = (command: object) => child.stdin.write(`${JSON.stringify(command)}\n`)
  child.stdin.on('error', () => undefined)
  createInterface({ input: child.stdout }).on('line', (line) => hear(JSON.parse(line) as Answer))
  for (const handle of handles) handle.unref()
  if (account) tell({ type: 'become', uid: account.uid, gid: account.gid })

  const ask = (command: object) =>
    waitFor(
      new Promise<KeptProcess | undefined>((resolve, reject) => {
        if (hasEnded) throw new Error(endedMessage)
        asked = { resolve, reject }
        tell(command)
      }),
    )

  return {
    waitFor,
    removeAtEnd: (folder) => void tell({ type: 'remove', path: folder }),
    async makeFolder(folder) {
      await ask({ type: 'make', path: folder })
    },
    async start(command) {
      const started = await ask({ type: 'start', ...command, env })
      if (!started) throw new Error(endedMessage)
      return started
    },
    async stop(steps) {
      if (!current) return
      const { exited } = current.process
      tell({ type: 'stop', steps })
      await waitFor(exited)
    },
    async end() {
      child.stdin.end()
      await waitFor(gone)
    },
  }
}
