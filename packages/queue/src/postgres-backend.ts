import {
  assertSchemaCompatibility,
  createPostgresBackend,
  DEFAULT_SCHEMA,
  runMigrations,
  SchemaMigrationRequiredError,
} from 'bullmq'
import { Pool } from 'pg'
import type { Backend, BackendOptions } from './backend.js'
import { newQueue, newWorker } from './bullmq.js'
import { answerLimitMs } from './time-limit.js'

/**
 * BullMQ on PostgreSQL, in a schema of its own (`bullmq`), which may stand in the control database. Every worker keeps
 * one connection of the pool to LISTEN on.
 */
export function openPostgresBackend({ url, purpose, connections, onError }: BackendOptions): Backend {
  const pool = new Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: purpose === 'ask' ? answerLimitMs : 5000,
    // A server that holds the connection but does not answer is as good as away.
    query_timeout: purpose === 'ask' ? 1000 : 10_000,
    options: `-c search_path=${DEFAULT_SCHEMA}`,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    application_name: 'edfi-tenants queue',
  })
  // One listener per worker and queue.
  pool.setMaxListeners(0)
  pool.on('error', onError)
  // A connection that breaks while someone uses it speaks through his query; without a listener it would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined))
  const on = { connection: pool, factory: createPostgresBackend, onError }

  let prepared: Promise<void> | undefined
  /** Creates the schema where it is missing or old; a role without that right can use one that is already there. */
  async function prepareSchema(): Promise<void> {
    const client = await pool.connect()
    try {
      await assertSchemaCompatibility(client, DEFAULT_SCHEMA)
    } catch (error) {
      if (!(error instanceof SchemaMigrationRequiredError)) throw error
      await runMigrations(client, DEFAULT_SCHEMA)
    } finally {
      client.release()
    }
  }

  return {
    // Remembered only when it went well: BullMQ itself would remember a failure for ever.
    prepare: () =>
      (prepared ??= prepareSchema().catch((error: unknown) => {
        prepared = undefined
        throw error
      })),
    ping: async () => {
      await pool.query('select 1')
    },
    openQueue: (name) => newQueue(name, on),
    openWorker: (name) => newWorker(name, on),
    // The sign goes to everyone who listens, so looking by oneself is only for signs that got lost.
    waitSeconds: 5,
    listQueueNames: async () => {
      const { rows } = await pool.query<{ queue: string }>('select distinct queue from job')
      return rows.map((row) => row.queue)
    },
    close: () => pool.end(),
  }
}
