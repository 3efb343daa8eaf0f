import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import pg from 'pg'
import { startNodeProcess, type NodeProcess } from '../processes/node-process.js'
import type { Services } from '../stack/services.js'
import type { QueueKind } from '../stack/start-product.js'

/** The floor that requests and jobs are compared with. */
export interface Bare {
  url: string
  server: NodeProcess
  worker: NodeProcess | null
  database: pg.Pool
  /** Forgets all rows. */
  clear(): Promise<void>
  stop(): Promise<void>
}

const table = `CREATE TABLE bare_jobs (
  id uuid PRIMARY KEY, tenant text NOT NULL, name text NOT NULL, status text NOT NULL DEFAULT 'queued', body jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(), started_at timestamptz)`

/** Compiles the bare processes as the product is compiled, so that neither pays for TypeScript at run time. */
async function compile(): Promise<string> {
  const folder = path.dirname(fileURLToPath(import.meta.url))
  const outdir = path.join(folder, '..', '..', 'node_modules', '.cache', 'edfi-tenants-bench')
  await build({
    entryPoints: ['server', 'worker', 'open-queue'].map((name) => path.join(folder, `${name}.ts`)),
    outdir,
    outExtension: { '.js': '.mjs' },
    format: 'esm',
    platform: 'node',
    target: 'node20',
    bundle: true,
    packages: 'external',
    logLevel: 'error',
  })
  return outdir
}

/** Starts the bare route, and the bare worker if asked for, on a database of their own beside the product's. */
export async function startBare(services: Services, options: { queue: QueueKind; withWorker: boolean }): Promise<Bare> {
  const folder = await compile()
  const control = await services.createDatabase('bench_bare')
  const database = new pg.Pool({ connectionString: control.url, max: 1 })
  database.on('error', () => undefined)
  await database.query(table)
  const environment = {
    DATABASE_URL: control.url,
    QUEUE_URL: options.queue === 'redis' && services.redisUrl !== null ? services.redisUrl : control.url,
  }
  const start = (name: string) => {
    const started = startNodeProcess({
      script: path.join(folder, `${name}.mjs`),
      environment,
      logFile: services.logFile(`bare-${name}`),
    })
    return { started, stop: services.releases.add(`bare ${name}`, () => started.stop()) }
  }
  const server = start('server')
  const { port } = await server.started.message<{ port: number }>()
  const worker = options.withWorker ? start('worker') : null
  await worker?.started.message()
  return {
    url: `http://127.0.0.1:${port}`,
    server: server.started,
    worker: worker?.started ?? null,
    database,
    async clear() {
      await database.query('TRUNCATE bare_jobs')
    },
    async stop() {
      await Promise.all([server.stop(), worker?.stop()])
      await database.end()
      await control.drop()
    },
  }
}
