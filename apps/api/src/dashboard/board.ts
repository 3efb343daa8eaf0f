import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { ExpressAdapter } from '@bull-board/express'
import type { DashboardQueues } from '@edfi-tenants/queue'
import type { RequestHandler, Response } from 'express'
import type { Log } from '../parts.js'
import { operatorsPath } from './operators-page.js'

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
    options: {
      uiConfig: {
        boardTitle: 'Ed-Fi Tenant Management',
        hideRedisDetails: true,
        miscLinks: [{ text: 'Batches and jobs', url: operatorsPath }],
      },
    },
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
    board.replaceQueues(found.map((queue) => new BullMQAdapter(queue, { ...readOnly, ...titleOf(queue.name) })))
  }

  return async (request, response, next) => {
    if (request.path.startsWith('/api/')) await refresh()
    else withoutWebFont(response)
    show(request, response, next)
  }
}

const readOnly = {
  readOnlyMode: true,
  allowRetries: false,
  externalJobUrl: ({ data }: { data?: unknown }) => {
    const { jobId } = (data ?? {}) as { jobId?: unknown }
    return { displayText: 'Job', href: `${operatorsPath}#/jobs/${typeof jobId === 'string' ? jobId : ''}` }
  },
}

/** `jobs-<pool>.<engine>` in words. */
function titleOf(queueName: string): { displayName: string; description: string } {
  const [pool = '', engine] = queueName.replace(/^jobs-/, '').split('.')
  return engine === undefined
    ? { displayName: `Jobs for any worker of the pool ${pool}`, description: 'Jobs that need no database server.' }
    : { displayName: `Jobs on ${engine}, pool ${pool}`, description: `Jobs on servers of the provisioner ${engine}.` }
}

/** Leaves out the font that Bull Board links elsewhere: our policy blocks it, and it would tell others who looks when. */
function withoutWebFont(response: Response): void {
  const send = response.send.bind(response)
  response.send = (body: unknown) =>
    send(typeof body === 'string' ? body.replaceAll(/<link href="https:[^>]*>/g, '') : body)
}
