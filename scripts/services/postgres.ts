import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { freePort } from './free-port.js'
import type { KeptExit, Keeper, StopStep } from './keeper.js'
import { startKeeper } from './keeper.js'
import type { PostgresBinaries } from './postgres-binaries.js'
import { postgresBinaries } from './postgres-binaries.js'
import { serviceAccount } from './service-account.js'
import { giveTo, keptFolder, throwAwayFolder } from './service-folder.js'

/** How a server is ended: `fast` rolls back and shuts down, `immediate` leaves crash recovery to do, `kill` is kill -9. */
export type StopMode = 'fast' | 'immediate' | 'kill'

/** What `startPostgres` may be told. */
export interface PostgresOptions {
  /** A folder to keep between runs. Default: a throw-away one, deleted when the server stops. */
  dataDirectory?: string
  /** True syncs to disk as production does. Default false: data survives a killed server, not a power cut. */
  durable?: boolean
  /** Further settings of postgresql.conf, e.g. `{ log_statement: 'all' }`. */
  settings?: Record<string, string | number>
}

/** A running PostgreSQL that nobody has to clean up after: it ends with this process, however that ends. */
export interface PostgresService {
  /** postgres://user:password@127.0.0.1:port/postgres, as superuser. */
  url: string
  host: string
  port: number
  user: string
  password: string
  /** Holds `pgdata`, `server.log` and the password; all of it belongs to the account that the server runs as. */
  dataDirectory: string
  /** Of the postmaster; changes with a restart. */
  readonly pid: number
  /** Same port, same data. Resolves when queries are answered again. Default `fast`. */
  restart(options?: { signal?: StopMode }): Promise<void>
  /** Ends the server and, of a throw-away one, the data. May be called twice. */
  stop(): Promise<void>
}

const host = '127.0.0.1'
const user = 'postgres'
const readyWithinMs = 60_000

/** https://www.postgresql.org/docs/18/server-shutdown.html; Windows has no such signals, pg_ctl stands in for them. */
function stopSteps(mode: StopMode, pgCtl: string, pgdata: string): StopStep[] {
  const modes: { mode: StopMode; waitMs: number }[] = [
    { mode: 'fast', waitMs: 10_000 },
    // The postmaster itself kills what hasn't quit after five seconds.
    { mode: 'immediate', waitMs: 7_000 },
    { mode: 'kill', waitMs: 2_000 },
  ]
  const signals = { fast: 'SIGINT', immediate: 'SIGQUIT', kill: 'SIGKILL' } as const
  return modes
    .slice(modes.findIndex((step) => step.mode === mode))
    .map((step) =>
      process.platform === 'win32' && step.mode !== 'kill'
        ? { run: [pgCtl, 'stop', '-D', pgdata, '-m', step.mode, '-W'], waitMs: step.waitMs }
        : { signal: signals[step.mode], waitMs: step.waitMs },
    )
}

function settingArguments(options: PostgresOptions, port: number): string[] {
  const settings = {
    listen_addresses: host,
    port,
    // Paths of sockets may not exceed 107 bytes, and nobody needs one.
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '64MB',
    ...(options.durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
    ...options.settings,
  }
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('select 1')
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** The built-in locale provider makes C.UTF-8 the same on every system, whichever locales that has. */
async function initialise(keeper: Keeper, binaries: PostgresBinaries, folder: string, durable: boolean): Promise<void> {
  const logFile = path.join(folder, 'server.log')
  const unfinished = path.join(folder, `pgdata.new-${randomBytes(4).toString('hex')}`)
  keeper.removeAtEnd(unfinished)
  const { exited } = await keeper.start({
    command: binaries.initdb,
    args: [
      `--pgdata=${unfinished}`,
      `--username=${user}`,
      `--pwfile=${path.join(folder, 'password')}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      ...(durable ? [] : ['--no-sync']),
    ],
    cwd: folder,
    logFile,
    stopSteps: [
      { signal: 'SIGTERM', waitMs: 3_000 },
      { signal: 'SIGKILL', waitMs: 2_000 },
    ],
  })
  const exit = await keeper.waitFor(exited)
  if (exit.code !== 0) throw new Error(`initdb failed (${exitText(exit)}):\n${readFileSync(logFile, 'utf8')}`)
  renameSync(unfinished, path.join(folder, 'pgdata'))
}

const exitText = ({ code, signal }: KeptExit) => signal ?? `exit code ${code ?? 'unknown'}`

/** Somebody has the port, or the processes of a killed server are still leaving: worth another attempt. */
const passesByItself =
  /could not create any TCP\/IP sockets|pre-existing shared memory block|lock file .* already exists/

/** Starts the server; resolves with its pid when it answers, or with what it wrote to its log when it exits instead. */
async function launch(
  keeper: Keeper,
  binaries: PostgresBinaries,
  folder: string,
  url: string,
  args: string[],
): Promise<{ pid: number } | { exit: KeptExit; log: string }> {
  const logFile = path.join(folder, 'server.log')
  const logStart = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0
  const pgdata = path.join(folder, 'pgdata')
  const server = await keeper.start({
    command: binaries.postgres,
    args: ['-D', pgdata, ...args],
    cwd: folder,
    logFile,
    stopSteps: stopSteps('fast', binaries.pgCtl, pgdata),
  })
  const deadline = Date.now() + readyWithinMs
  let exit: KeptExit | undefined
  void server.exited.then((value) => (exit = value))
  const whileRunning = () => exit === undefined && Date.now() < deadline
  while (whileRunning()) {
    // Something else may have taken the port: an answer counts only while ours is alive, and silence is not waited for.
    const answered = await Promise.race([answers(url), server.exited.then(() => false)])
    if (answered && whileRunning()) return { pid: server.pid }
    await pause(20)
  }
  if (exit === undefined) await keeper.stop(stopSteps('immediate', binaries.pgCtl, pgdata))
  return { exit: await server.exited, log: readFileSync(logFile).subarray(logStart).toString() }
}

/**
 * Starts PostgreSQL on a free port of 127.0.0.1 with a random superuser password (scram). It works as root too: the
 * server then runs as the account of `serviceAccount`, which a given `dataDirectory` has to be within reach of. Throws
 * with the server's log when it does not come up.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresService> {
  const account = serviceAccount()
  const binaries = postgresBinaries()
  const keeper = startKeeper(account)
  try {
    const folder =
      options.dataDirectory === undefined
        ? await throwAwayFolder(keeper, account, 'edfi-tenants-postgres')
        : keptFolder(options.dataDirectory, ['pgdata', 'server.log', 'password'])
    const passwordFile = path.join(folder, 'password')
    if (!existsSync(path.join(folder, 'pgdata'))) {
      writeFileSync(passwordFile, randomBytes(18).toString('hex'), { mode: 0o600 })
      giveTo(account, passwordFile)
      giveTo(account, folder)
      await initialise(keeper, binaries, folder, options.durable ?? false)
    }
    const password = readFileSync(passwordFile, 'utf8')
    const urlFor = (port: number) => `postgres://${user}:${password}@${host}:${port}/postgres`

    async function launchUntilItWorks(
      nextPort: () => number | Promise<number>,
    ): Promise<{ pid: number; port: number }> {
      const started = Date.now()
      for (;;) {
        const port = await nextPort()
        const result = await launch(keeper, binaries, folder, urlFor(port), settingArguments(options, port))
        if ('pid' in result) return { pid: result.pid, port }
        if (!passesByItself.test(result.log) || Date.now() - started > 15_000)
          throw new Error(`PostgreSQL did not start (${exitText(result.exit)}):\n${result.log}`)
        await pause(50)
      }
    }

    let { pid, port } = await launchUntilItWorks(freePort)
    return {
      url: urlFor(port),
      host,
      port,
      user,
      password,
      dataDirectory: folder,
      get pid() {
        return pid
      },
      async restart({ signal = 'fast' } = {}) {
        await keeper.stop(stopSteps(signal, binaries.pgCtl, path.join(folder, 'pgdata')))
        ;({ pid, port } = await launchUntilItWorks(() => port))
      },
      stop: () => keeper.end(),
    }
  } catch (error) {
    await keeper.end()
    throw error
  }
}
