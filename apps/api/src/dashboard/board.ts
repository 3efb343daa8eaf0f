import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { ExpressAdapter } from '@bull-board/express'
import type { DashboardQueues } from '@edfi-tenants/queue'
import type { RequestHandler } from 'express'
import type { Log } from '../parts.js'

/** Queues are looked for anew this long after the last time, in milliseconds. */
const listedForMs = 5_000

/**
 * Bull Board over the queues there are. Every queue is shown read-only; that nothing but reading comes this far is seen
 * to by whoever mounts it, as a board without queues would not be read-only by itself.
 */
export function createBoard(queues: DashboardQueues, log: Log): RequestHandler {
  const serverAdapter = new ExpressAdapter().setBasePath('/dashboard')
  const board = createBullBoard({
    queues: [],
    serverAdapter,
    options: { uiConfig: { boardTitle: 'Ed-Fi Tenant Management', hideRedisDetails: true } },
  })
  serverAdapter.setErrorHandler((error) => {
    log.warn('the dashboard could not read the queue', { error })
    return { status: 500, body: { error: 'The queue cannot be read now.' } }
  })
  const show = serverAdapter.getRouter() as RequestHandler
  let shown = ''
  let listedAt = 0

  async function refresh(): Promise<void> {
    if (Date.now() - listedAt < listedForMs) return
    listedAt = Date.now()
    const found = await queues.list()
    const names = found.map(({ name }) => name).join()
    if (names === shown) return
    shown = names
    board.replaceQueues(found.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true, allowRetries: false })))
  }

  return async (request, response, next) => {
    if (request.path.startsWith('/api/')) await refresh()
    show(request, response, next)
  }
}
