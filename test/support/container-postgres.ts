import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { GenericContainer, getContainerRuntimeClient, type StartedTestContainer } from 'testcontainers'
import { freePort } from '../../scripts/services/free-port.js'
import type { SuitePostgres } from './postgres-conformance.js'

const startsWithinMs = 60_000

/** Whether there is a Docker engine that has the image already; none is fetched. */
export async function hasImage(image: string): Promise<boolean> {
  try {
    const { container } = await getContainerRuntimeClient()
    await container.dockerode.getImage(image).inspect()
    return true
  } catch {
    return false
  }
}

/** Starts PostgreSQL in a container that is removed when it stops. */
export async function startContainerPostgres(image: string): Promise<SuitePostgres> {
  // The reaper is an image of its own, which is rarely there; `stop` and the engine's auto-removal do its work.
  process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true'
  const password = randomBytes(18).toString('hex')
  // A port of its own choice would be another one after a restart.
  const port = await freePort()
  const container = await new GenericContainer(image)
    .withEnvironment({ POSTGRES_PASSWORD: password })
    .withCommand(['postgres', '-c', 'fsync=off', '-c', 'max_connections=200'])
    .withExposedPorts({ container: 5432, host: port })
    .withAutoRemove(true)
    .withStartupTimeout(startsWithinMs)
    .start()
  const host = container.getHost()
  const url = `postgres://postgres:${password}@${host}:${port}/postgres`
  try {
    await untilSteady(url)
  } catch (error) {
    await end(container)
    throw error
  }
  return {
    url,
    host,
    port,
    user: 'postgres',
    password,
    restart: async () => {
      await container.restart({ timeout: 0 })
      await untilSteady(url)
    },
    stop: () => end(container),
  }
}

const end = async (container: StartedTestContainer): Promise<void> => {
  await container.stop({ timeout: 0 })
}

/** The image starts its server once to set it up, and then anew: it has to answer for a while. */
async function untilSteady(url: string): Promise<void> {
  const deadline = Date.now() + startsWithinMs
  let inARow = 0
  while (inARow < 5) {
    if (Date.now() > deadline) throw new Error('PostgreSQL in the container does not answer.')
    inARow = (await answers(url)) ? inARow + 1 : 0
    await pause(200)
  }
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
