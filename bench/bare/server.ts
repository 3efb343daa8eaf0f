/**
 * The least that could stand in the product's place: an Express route that inserts one row and adds one queue entry, and
 * one that selects a row by its key. No sign-in, no validation, no log. Sends its port to the parent.
 */
import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import express from 'express'
import pg from 'pg'
import { openQueue } from './open-queue.js'

const { DATABASE_URL, QUEUE_URL } = process.env
if (DATABASE_URL === undefined || QUEUE_URL === undefined) throw new Error('DATABASE_URL and QUEUE_URL are needed.')

/** As many connections as the product has. */
const database = new pg.Pool({ connectionString: DATABASE_URL, max: 10 })
const queue = await openQueue(QUEUE_URL)
const app = express()
app.disable('x-powered-by')

app.post('/jobs', express.json(), async (request, response) => {
  const body = request.body as { tenant: string; name: string }
  const id = randomUUID()
  const { rows } = await database.query<object>(
    'INSERT INTO bare_jobs (id, tenant, name, body) VALUES ($1, $2, $3, $4) RETURNING *',
    [id, body.tenant, body.name, JSON.stringify(body)],
  )
  await queue.add('job', { id }, { jobId: id })
  response.status(202).json(rows[0])
})

app.get('/jobs/:id', async (request, response) => {
  const { rows } = await database.query<object>('SELECT * FROM bare_jobs WHERE id = $1', [request.params.id])
  response.json(rows[0])
})

const server = app.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.on('disconnect', () => process.exit())
