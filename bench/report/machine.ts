import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import { Redis } from 'ioredis'
import type { Services } from '../stack/services.js'

const require = createRequire(import.meta.url)

/** The machine that figures were taken on; how busy it was before tells whether to believe them. */
export function describeMachine() {
  const processors = os.cpus()
  return {
    processor: processors[0]?.model.trim() ?? 'unknown',
    processors: processors.length,
    memoryMb: Math.round(os.totalmem() / 2 ** 20),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    loadBefore: os.loadavg()[0] ?? 0,
  }
}

const versionOf = (name: string): string =>
  (JSON.parse(readFileSync(require.resolve(`${name}/package.json`), 'utf8')) as { version: string }).version

/** What the figures depend on besides the machine. */
export async function describeVersions(services: Services) {
  const product = new URL('../../package.json', import.meta.url)
  return {
    product: (JSON.parse(readFileSync(product, 'utf8')) as { version: string }).version,
    node: process.version,
    postgresql: await postgresVersion(services),
    redis: services.redisUrl === null ? null : await redisVersion(services.redisUrl),
    express: versionOf('express'),
    pg: versionOf('pg'),
    bullmq: versionOf('bullmq'),
    autocannon: versionOf('autocannon'),
  }
}

async function postgresVersion({ admin }: Services): Promise<string> {
  const { rows } = await admin.query<{ version: string }>(`SELECT current_setting('server_version') AS version`)
  return rows[0]?.version ?? 'unknown'
}

async function redisVersion(url: string): Promise<string> {
  const redis = new Redis(url)
  try {
    return /^redis_version:(\S+)/m.exec(await redis.info('server'))?.[1] ?? 'unknown'
  } finally {
    redis.disconnect()
  }
}
