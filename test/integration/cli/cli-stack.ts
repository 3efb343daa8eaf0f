import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../../scripts/services/free-port.js'
import { startJobStack, type JobStack } from '../../support/job-stack.js'
import { startCli, type CliProcess, type Ended } from './cli-process.js'

const apiMain = fileURLToPath(new URL('../../../apps/api/dist/main.js', import.meta.url))

/** Everything that the command line speaks to: an API process that can be killed, and workers on demand. */
export interface CliStack {
  jobs: JobStack
  url: string
  clientId: string
  clientSecret: string
  /** A folder of this stack. */
  folder: string
  /** The variables that a command needs to sign in. */
  env: Record<string, string>
  start(args: readonly string[], more?: { env?: Record<string, string>; input?: string }): CliProcess
  run(args: readonly string[], more?: { env?: Record<string, string>; input?: string }): Promise<Ended>
  /** kill -9 */
  killApi(): Promise<void>
  startApi(): Promise<void>
  stop(): Promise<void>
}

/** Starts control database, queue, Admin API simulator, database server and API; no worker. */
export async function startCliStack(): Promise<CliStack> {
  const jobs = await startJobStack()
  const folder = mkdtempSync(path.join(os.tmpdir(), 'cli-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const clientId = 'cli'
  const clientSecret = randomBytes(24).toString('hex')
  const signingKey = `t1:${randomBytes(32).toString('base64')}`
  let api: ChildProcess | undefined

  async function startApi(): Promise<void> {
    api = spawn(process.execPath, [apiMain], {
      env: {
        ...process.env,
        ...jobs.workerEnvironment,
        TOKEN_SIGNING_KEYS: signingKey,
        BOOTSTRAP_CLIENT_ID: clientId,
        BOOTSTRAP_CLIENT_SECRET: clientSecret,
        HOST: '127.0.0.1',
        PORT: String(port),
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    for (;;) {
      if (api.exitCode !== null) throw new Error('The API has not started.')
      const isUp = await fetch(`${url}/health/ready`).then(
        (response) => response.ok,
        () => false,
      )
      if (isUp) return
      await pause(50)
    }
  }

  async function killApi(): Promise<void> {
    if (!api || api.exitCode !== null || api.signalCode !== null) return
    const gone = once(api, 'exit')
    api.kill('SIGKILL')
    await gone
  }

  await startApi()
  const env = {
    TM_API_URL: url,
    TM_CLIENT_ID: clientId,
    TM_CLIENT_SECRET: clientSecret,
    TM_CONFIG_DIR: path.join(folder, 'config'),
  }
  const start: CliStack['start'] = (args, more = {}) => startCli(args, { ...env, ...more.env }, more.input)
  return {
    jobs,
    url,
    clientId,
    clientSecret,
    folder,
    env,
    start,
    run: (args, more) => start(args, more).ended,
    killApi,
    startApi,
    async stop() {
      await killApi()
      await jobs.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

let shared: Promise<CliStack> | undefined
let users = 0

/**
 * For a describe: hands it, before its tests, the stack that the files of this folder share, which stops after the last of
 * them. Whoever starts a worker stops it again.
 */
export function withSharedCliStack(use: (stack: CliStack) => void): void {
  users++
  before(async () => use(await (shared ??= startCliStack())))
  after(async () => {
    users--
    if (users === 0) await (await shared)?.stop()
  })
}
