import { randomBytes } from 'node:crypto'
import type { Parts } from './run-until-ended.js'
import { startProcess } from './supervised-process.js'

/** An Admin API simulator and the client that every tenant of it knows. */
export interface RunningSimulator {
  url: string
  clientId: string
  clientSecret: string
}

/** Starts the simulator on a free port; it serves every well-formed tenant. */
export async function startSimulator(
  script: string,
  env: NodeJS.ProcessEnv,
  parts: Parts,
  say: (text: string) => void,
): Promise<RunningSimulator> {
  const clientId = 'quickstart'
  const clientSecret = randomBytes(24).toString('hex')
  let port = '0'
  let hear: (url: string) => void = () => undefined
  const heard = new Promise<string>((resolve) => (hear = resolve))
  const simulator = startProcess({
    name: 'Admin API simulator',
    script,
    env: () => ({
      ...env,
      SIMULATOR_HOST: '127.0.0.1',
      SIMULATOR_PORT: port,
      SIMULATOR_MULTI_TENANT: 'true',
      SIMULATOR_CLIENTS: `${clientId}:${clientSecret}`,
    }),
    onLine: (line) => hear((JSON.parse(line) as { url: string }).url),
    say,
  })
  parts.add(simulator)
  const url = await Promise.race([heard, simulator.failed])
  // A restarted one is found where the first one was.
  port = new URL(url).port
  simulator.keep()
  return { url: url.replace(/\/+$/, ''), clientId, clientSecret }
}
