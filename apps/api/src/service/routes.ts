import { openApiDocument, operations, type Readiness } from '@edfi-tenants/contract'
import { ok } from '../http/answer.js'
import { route, type Route } from '../http/route.js'
import { createLruCache } from '../http/lru-cache.js'
import type { Parts } from '../parts.js'

/** Health, and the document that describes everything else. */
export function serviceRoutes(parts: Parts): Route[] {
  const documents = createLruCache<ReturnType<typeof openApiDocument>>(16)
  return [
    route(operations.getLiveness, () => Promise.resolve(ok({ status: 'alive' as const }))),

    route(operations.getReadiness, async () => {
      const [database, queue] = await Promise.all([isDatabaseReachable(parts), parts.queue.isReachable()])
      const checks: Readiness['checks'] = [
        { name: 'control-database', ok: database, detail: database ? null : 'No connection.' },
        {
          name: 'queue',
          ok: queue,
          detail: queue ? null : 'No connection; jobs are recorded and start when it is back.',
        },
      ]
      if (parts.stopping.aborted) checks.push({ name: 'process', ok: false, detail: 'Stopping.' })
      if (!database || parts.stopping.aborted)
        return { status: 503 as const, body: { status: 'unavailable' as const, checks } }
      return ok({ status: queue ? ('ready' as const) : ('degraded' as const), checks })
    }),

    route(operations.getMetrics, async () => ({ status: 200 as const, text: await parts.metrics.read() })),

    route(operations.getOpenApi, ({ publicUrl }) => {
      const known = documents.get(publicUrl)
      const document = known ?? openApiDocument({ version: parts.version, publicUrl })
      if (!known) documents.set(publicUrl, document)
      return Promise.resolve(ok(document))
    }),
  ]
}

async function isDatabaseReachable({ store }: Parts): Promise<boolean> {
  try {
    await store.database.query('SELECT 1')
    return true
  } catch {
    return false
  }
}
