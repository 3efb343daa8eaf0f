/** The least that could stand in the worker's place: it marks the row as started. Tells the parent when it waits for entries. */
import pg from 'pg'
import { openWorker } from './open-queue.js'

const { DATABASE_URL, QUEUE_URL } = process.env
if (DATABASE_URL === undefined || QUEUE_URL === undefined) throw new Error('DATABASE_URL and QUEUE_URL are needed.')

const database = new pg.Pool({ connectionString: DATABASE_URL, max: 10 })
const worker = await openWorker(QUEUE_URL, async (id) => {
  await database.query('UPDATE bare_jobs SET started_at = clock_timestamp() WHERE id = $1', [id])
})
await worker.waitUntilReady()
process.send?.({ ready: true })
process.on('disconnect', () => process.exit())
