import { Histogram, type Registry } from 'prom-client'

/** A call of Admin API as its client reports it; `status` is null where no answer came. */
export interface AdminApiExchange {
  method: string
  path: string
  status: number | null
  durationMs: number
}

/** Addresses without what makes them many: ids, and what stands before Admin API's own paths. */
const templateOf = (path: string): string =>
  path.replace(/^.*?(?=\/(?:v\d|connect)\/)/, '').replace(/\/\d+(?=\/|$)/g, '/{id}')

/** Registers how long Admin API takes, which API and workers have alike, and returns what is told of each call. */
export function measureAdminApi(registry: Registry): (exchange: AdminApiExchange) => void {
  const calls = new Histogram({
    name: 'edfi_tenants_admin_api_request_duration_seconds',
    help: 'Calls of Admin API; status none: no answer came.',
    labelNames: ['method', 'path', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  })
  return ({ method, path, status, durationMs }) => {
    const answer = status === null ? 'none' : `${Math.floor(status / 100)}xx`
    calls.observe({ method, path: templateOf(path), status: answer }, durationMs / 1000)
  }
}
