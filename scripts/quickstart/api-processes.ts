import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '../services/free-port.js'
import { startLoadBalancer } from './load-balancer.js'
import type { Parts } from './run-until-ended.js'
import { startProcess, type SupervisedProcess } from './supervised-process.js'

const readyWithinMs = 60_000

/** Whether another program listens on the port of 127.0.0.1. */
export async function isTaken(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
    return false
  } catch {
    return true
  } finally {
    server.close()
  }
}

async function answersReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(5_000) })
    await response.arrayBuffer()
    return response.ok
  } catch {
    return false
  }
}

/** What all API processes of this run have in common. */
export interface ApiSettings {
  script: string
  env: NodeJS.ProcessEnv
  say: (text: string) => void
}

interface RunningApi {
  process: SupervisedProcess
  port: number
}

/** Starts one API on the port, or with 0 on a free one; if somebody else takes that in between, on another. */
async function startApi({ script, env, say }: ApiSettings, wanted: number, parts: Parts): Promise<RunningApi> {
  for (let attempt = 1; ; attempt++) {
    const port = wanted || (await freePort())
    const api = startProcess({
      name: 'API',
      script,
      env: () => ({ ...env, HOST: '127.0.0.1', PORT: String(port) }),
      say,
    })
    parts.add(api)
    try {
      await Promise.race([api.failed, untilReady(`http://127.0.0.1:${port}`, api)])
      api.keep()
      return { process: api, port }
    } catch (error) {
      if (wanted !== 0 || attempt === 3 || !(await isTaken(port))) throw error
    }
  }
}

async function untilReady(url: string, api: SupervisedProcess): Promise<void> {
  let hasFailed = false
  api.failed.catch(() => {
    hasFailed = true
  })
  const isOver = () => hasFailed
  const deadline = Date.now() + readyWithinMs
  while (!isOver()) {
    if (await answersReady(url)) return
    if (Date.now() > deadline) throw new Error(`The API is not ready after ${readyWithinMs / 1000} seconds.`)
    await pause(25)
  }
}

/** Starts the APIs. Several stand behind one address, which hands connections out in turn. */
export async function startApis(
  settings: ApiSettings,
  { count, port }: { count: number; port: number },
  parts: Parts,
): Promise<{ url: string; processes: SupervisedProcess[] }> {
  // The first one seeds the control database before the others look at it.
  const first = await startApi(settings, count === 1 ? port : 0, parts)
  if (count === 1) return { url: `http://127.0.0.1:${first.port}`, processes: [first.process] }
  const others = await Promise.all(Array.from({ length: count - 1 }, () => startApi(settings, 0, parts)))
  const apis = [first, ...others]
  const balancer = await startLoadBalancer(
    port,
    apis.map((api) => api.port),
  )
  parts.add({ stop: () => balancer.close() })
  return { url: `http://127.0.0.1:${balancer.port}`, processes: apis.map((api) => api.process) }
}
