import { createPostgresBackend, DEFAULT_SCHEMA, Queue, runMigrations, Worker } from 'bullmq'
import pg from 'pg'

const name = 'bare'
const prefix = 'bare'
const kept = { removeOnComplete: 1000, removeOnFail: 1000 }

const isPostgres = (url: string): boolean => url.startsWith('postgres')

async function openPool(url: string): Promise<pg.Pool> {
  const pool = new pg.Pool({ connectionString: url, max: 5, options: `-c search_path=${DEFAULT_SCHEMA}` })
  const client = await pool.connect()
  try {
    await runMigrations(client, DEFAULT_SCHEMA)
  } finally {
    client.release()
  }
  return pool
}

const redisAt = (url: string) => {
  const { hostname, port, password } = new URL(url)
  return { host: hostname, port: Number(port), password: decodeURIComponent(password) }
}

/** A queue as BullMQ's own documentation opens one, on Redis or PostgreSQL. */
export async function openQueue(url: string): Promise<Queue> {
  if (!isPostgres(url)) return new Queue(name, { connection: redisAt(url), prefix, defaultJobOptions: kept })
  const pool = await openPool(url)
  return new Queue(name, { connection: pool, prefix, defaultJobOptions: kept }, createPostgresBackend as never)
}

/** The other end of it. */
export async function openWorker(url: string, run: (id: string) => Promise<void>): Promise<Worker> {
  const work = async ({ data }: { data: { id: string } }) => run(data.id)
  const options = { prefix, concurrency: 8 }
  if (!isPostgres(url))
    return new Worker(name, work, { ...options, connection: { ...redisAt(url), maxRetriesPerRequest: null } })
  const pool = await openPool(url)
  return new Worker(name, work, { ...options, connection: pool }, createPostgresBackend as never)
}
