import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import pg from 'pg'
import { ensureServerLogins, loginNames, urlFor, type DatabaseLogin } from '../../scripts/reference/logins.js'
import { freePort } from '../../scripts/services/free-port.js'
import { startPostgres } from '../../scripts/services/postgres.js'
import { startRedis } from '../../scripts/services/redis.js'
import { startNodeProcess } from '../processes/node-process.js'
import type { Releases } from '../releases.js'
import { buildBenchTemplate, templateNames, type TemplateSize } from './build-template.js'

/** What product and floor both stand on. */
export interface Services {
  releases: Releases
  /** Superuser's URL of the PostgreSQL that is control database and database server in one. */
  postgresUrl: string
  admin: pg.Pool
  /** What the database server is registered with: the privileged login, no superuser, and the one that ODS/API gets. */
  logins: Record<'admin' | 'registered', DatabaseLogin>
  /** Null where there is no `redis-server` on PATH. */
  redisUrl: string | null
  simulator: { url: string; clientId: string; clientSecret: string }
  /** A file for what a process writes. */
  logFile(name: string): string
  createDatabase(prefix: string): Promise<{ url: string; drop(): Promise<void> }>
  /** The sample template of that size; built when first asked for. */
  template(size: TemplateSize): Promise<string>
  /** Drops all databases and roles that came up since the start and that `createDatabase` did not make. */
  dropInstances(): Promise<void>
  /** Has everything written that is still to be written, so that no round pays for what was before it. */
  settle(): Promise<void>
  emptyRedis(): Promise<void>
}

const settlingMs = 2_000

const repository = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..')

/**
 * Starts PostgreSQL, syncing to disk as production does, Redis and the Admin API simulator. Checkpoints come when the
 * benchmark asks for them, between rounds, and not in the middle of one.
 */
export async function startServices(releases: Releases): Promise<Services> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'edfi-tenants-bench-'))
  releases.add('log folder', () => rm(folder, { recursive: true, force: true }))
  const logFile = (name: string) => path.join(folder, `${name}-${randomBytes(3).toString('hex')}.log`)

  const postgres = await startPostgres({
    durable: true,
    settings: { shared_buffers: '128MB', max_wal_size: '8GB', checkpoint_timeout: '1h' },
  })
  releases.add('PostgreSQL', () => postgres.stop())
  const redis = await startRedis()
  if (redis) releases.add('Redis', () => redis.stop())
  const admin = new pg.Pool({ connectionString: postgres.url, max: 2 })
  admin.on('error', () => undefined)
  releases.add('connections', () => admin.end())
  const simulator = await startSimulator(releases, logFile)

  const login = (username: string) => ({ username, password: randomBytes(18).toString('hex') })
  const logins = { admin: login(loginNames.admin), registered: login(loginNames.registered) }
  await ensureServerLogins(postgres.url, logins)
  const ownDatabases = new Set(await namesOf(admin, 'SELECT datname AS name FROM pg_database'))
  const ownRoles = new Set(await namesOf(admin, 'SELECT rolname AS name FROM pg_roles'))
  const templates = new Map<TemplateSize, Promise<string>>()

  async function buildNow(size: TemplateSize): Promise<string> {
    const databaseName = templateNames[size]
    ownDatabases.add(databaseName)
    await buildBenchTemplate(urlFor(postgres.url, { login: logins.admin }), size, logins.registered.username)
    return databaseName
  }

  return {
    releases,
    postgresUrl: postgres.url,
    admin,
    logins,
    redisUrl: redis?.url ?? null,
    simulator,
    logFile,
    async createDatabase(prefix) {
      const name = `${prefix}_${randomBytes(4).toString('hex')}`
      ownDatabases.add(name)
      await admin.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`)
      const url = new URL(postgres.url)
      url.pathname = `/${name}`
      return {
        url: url.href,
        async drop() {
          await admin.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`)
        },
      }
    },
    template(size) {
      const built = templates.get(size) ?? buildNow(size)
      templates.set(size, built)
      return built
    },
    async dropInstances() {
      const databases = await namesOf(admin, 'SELECT datname AS name FROM pg_database')
      for (const name of databases.filter((found) => !ownDatabases.has(found)))
        await admin.query(`DROP DATABASE ${pg.escapeIdentifier(name)} WITH (FORCE)`)
      const roles = await namesOf(admin, 'SELECT rolname AS name FROM pg_roles')
      for (const name of roles.filter((found) => !ownRoles.has(found)))
        await admin.query(`DROP ROLE ${pg.escapeIdentifier(name)}`)
    },
    async settle() {
      await admin.query('CHECKPOINT')
      // Files that were deleted keep the disk busy for a while. Systems without such a program settle by themselves.
      spawnSync('sync')
      await pause(settlingMs)
    },
    async emptyRedis() {
      if (!redis) return
      const client = new Redis(redis.url)
      await client.flushall()
      client.disconnect()
    },
  }
}

async function namesOf(admin: pg.Pool, query: string): Promise<string[]> {
  return (await admin.query<{ name: string }>(query)).rows.map(({ name }) => name)
}

/** In a process of its own, as Admin API is, so that its work is nobody else's processor time. */
async function startSimulator(releases: Releases, logFile: Services['logFile']): Promise<Services['simulator']> {
  const port = await freePort()
  const clientId = 'bench'
  const clientSecret = randomBytes(24).toString('hex')
  const simulator = startNodeProcess({
    script: path.join(repository, 'apps', 'admin-api-simulator', 'dist', 'main.js'),
    environment: {
      SIMULATOR_PORT: String(port),
      SIMULATOR_MULTI_TENANT: 'true',
      SIMULATOR_CLIENTS: `${clientId}:${clientSecret}`,
    },
    logFile: logFile('simulator'),
  })
  releases.add('simulator', () => simulator.stop())
  return { url: `http://127.0.0.1:${port}`, clientId, clientSecret }
}
