import { randomBytes } from 'node:crypto'
import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { freePort } from './free-port.js'
import type { Keeper, KeptExit, StopStep } from './keeper.js'
import { startKeeper } from './keeper.js'
import type { ServiceAccount } from './service-account.js'
import { serviceAccount } from './service-account.js'
import { giveTo, throwAwayFolder } from './service-folder.js'

/** What `startRedis` may be told. */
export interface RedisOptions {
  /** Default: a random one, part of the URL. The empty string switches passwords off. */
  password?: string
}

/** A running Redis without persistence that ends with this process, however that ends. */
export interface RedisService {
  /** redis://:password@127.0.0.1:port */
  url: string
  port: number
  /** Changes with a restart. */
  readonly pid: number
  /** Same port, but empty. `kill` is kill -9; default `fast`. */
  restart(options?: { signal?: 'fast' | 'kill' }): Promise<void>
  /** May be called twice. */
  stop(): Promise<void>
}

const kill: StopStep = { signal: 'SIGKILL', waitMs: 2_000 }
const stopInOrder: StopStep[] = [{ signal: 'SIGTERM', waitMs: 5_000 }, kill]

/** The `redis-server` on PATH, or undefined. */
export function findRedisServer(): string | undefined {
  const name = process.platform === 'win32' ? 'redis-server.exe' : 'redis-server'
  return (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder))
    .map((folder) => path.join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

async function answers(port: number, password: string): Promise<boolean> {
  const client = new Redis({
    host: '127.0.0.1',
    port,
    ...(password === '' ? {} : { password }),
    lazyConnect: true,
    connectTimeout: 2_000,
    commandTimeout: 2_000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.ping()
    return true
  } catch {
    return false
  } finally {
    client.disconnect()
  }
}

interface Launch {
  server: string
  keeper: Keeper
  account: ServiceAccount | undefined
  folder: string
  password: string
}

/** The password stands in a file that only the service's account can read, not in the command line. */
function writeSettings({ account, folder, password }: Launch, port: number): string {
  const file = path.join(folder, `redis-${port}.conf`)
  const lines = ['bind 127.0.0.1', `port ${port}`, 'save ""', 'appendonly no', 'daemonize no', 'protected-mode yes']
  const secret = password === '' ? [] : [`requirepass ${JSON.stringify(password)}`]
  writeFileSync(file, [...lines, 'maxmemory-policy noeviction', ...secret, ''].join('\n'), { mode: 0o600 })
  giveTo(account, file)
  return file
}

/** Resolves with the pid when the server answers, or with how it ended. */
async function launch(settings: Launch, port: number): Promise<{ pid: number } | { exit: KeptExit }> {
  const child = await settings.keeper.start({
    command: settings.server,
    args: [writeSettings(settings, port)],
    cwd: settings.folder,
    logFile: path.join(settings.folder, 'server.log'),
    stopSteps: stopInOrder,
  })
  const deadline = Date.now() + 15_000
  let exit: KeptExit | undefined
  void child.exited.then((value) => (exit = value))
  const whileRunning = () => exit === undefined && Date.now() < deadline
  while (whileRunning()) {
    if ((await answers(port, settings.password)) && whileRunning()) return { pid: child.pid }
    await pause(10)
  }
  if (exit === undefined) await settings.keeper.stop([kill])
  return { exit: await child.exited }
}

/**
 * Starts the `redis-server` on PATH on a free port of 127.0.0.1; null when there is none. Throws with the server's log when
 * it does not come up.
 */
export async function startRedis(options: RedisOptions = {}): Promise<RedisService | null> {
  const server = findRedisServer()
  if (server === undefined) return null
  const account = serviceAccount()
  const keeper = startKeeper(account)
  try {
    const password = options.password ?? randomBytes(18).toString('hex')
    const folder = await throwAwayFolder(keeper, account, 'edfi-tenants-redis')
    const settings: Launch = { server, keeper, account, folder, password }

    async function launchUntilItWorks(
      nextPort: () => number | Promise<number>,
    ): Promise<{ pid: number; port: number }> {
      for (let attempt = 1; ; attempt++) {
        const port = await nextPort()
        const result = await launch(settings, port)
        if ('pid' in result) return { pid: result.pid, port }
        if (attempt === 5)
          throw new Error(`Redis did not start:\n${readFileSync(path.join(folder, 'server.log'), 'utf8')}`)
        await pause(50)
      }
    }

    let { pid, port } = await launchUntilItWorks(freePort)
    return {
      url: `redis://${password === '' ? '' : `:${encodeURIComponent(password)}@`}127.0.0.1:${port}`,
      port,
      get pid() {
        return pid
      },
      async restart({ signal = 'fast' } = {}) {
        await keeper.stop(signal === 'kill' ? [kill] : undefined)
        ;({ pid, port } = await launchUntilItWorks(() => port))
      },
      stop: () => keeper.end(),
    }
  } catch (error) {
    await keeper.end()
    throw error
  }
}
