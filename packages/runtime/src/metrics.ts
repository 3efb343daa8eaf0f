import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { countRepairs } from './count-repairs.js'
import { measureAdminApi, type AdminApiExchange } from './measure-admin-api.js'

/** A number of the fleet, named as the metric that shows it, with the labels it is told apart by; their values are few. */
export interface FleetFigure {
  name: string
  labels: Record<string, string>
  value: number
}

/** What the metrics of the fleet mean, and their labels; read from the control database. */
const fleetGauges = {
  edfi_tenants_instances: { help: 'Instances by status.', labels: ['status'] },
  edfi_tenants_instances_by_health: { help: 'Instances that are not deleted, by health.', labels: ['health'] },
  edfi_tenants_jobs_unfinished: { help: 'Unfinished jobs by type and status.', labels: ['type', 'status'] },
  edfi_tenants_oldest_waiting_job_age_seconds: { help: 'How long the oldest due job has waited.', labels: [] },
  edfi_tenants_server_slots: { help: 'Slots of a database server.', labels: ['server'] },
  edfi_tenants_server_slots_in_use: { help: 'Slots of a database server that jobs hold.', labels: ['server'] },
} as const

/** What a process of the API tells Prometheus. */
export interface ApiMetrics {
  /** Counts an answered request; `route` is the template, never the path that was asked for. */
  observeRequest(request: { method: string; route: string; status: number; seconds: number }): void
  /** For the ringer: jobs that were found due although a worker should have had them. */
  repaired(kind: string): void
  /** For the client of Admin API. */
  observeAdminApi(exchange: AdminApiExchange): void
  /** Everything in the text format, with its media type. Says so by a metric where the fleet cannot be read. */
  read(): Promise<{ media: string; content: string }>
}

/** Makes the metrics of the API; what `readFleet` answers is kept for `cacheMs`, so that scraping stays cheap. */
export function createApiMetrics(readFleet: () => Promise<FleetFigure[]>, cacheMs = 10_000): ApiMetrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'edfi_tenants_' })
  const registers = [registry]
  const requests = new Histogram({
    name: 'edfi_tenants_http_request_duration_seconds',
    help: 'How long requests took.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  })
  const readable = new Gauge({
    name: 'edfi_tenants_fleet_readable',
    help: '1 while the control database answers.',
    registers,
  })
  const gauges = new Map<string, Gauge>()
  for (const [name, { help, labels }] of Object.entries(fleetGauges))
    gauges.set(name, new Gauge({ name, help, labelNames: [...labels], registers }))

  async function refresh(): Promise<void> {
    const figures = await readFleet().catch(() => null)
    readable.set(figures ? 1 : 0)
    for (const gauge of gauges.values()) gauge.reset()
    // A gauge without labels is 0 after a reset, which nobody may take for a figure.
    if (!figures) gauges.get('edfi_tenants_oldest_waiting_job_age_seconds')?.set(NaN)
    for (const { name, labels, value } of figures ?? []) gauges.get(name)?.set(labels, value)
  }

  let refreshedAt = -Infinity
  let refreshing: Promise<void> = Promise.resolve()
  return {
    observeRequest({ method, route, status, seconds }) {
      requests.observe({ method, route, status: `${Math.floor(status / 100)}xx` }, seconds)
    },
    repaired: countRepairs(registry),
    observeAdminApi: measureAdminApi(registry),
    async read() {
      if (performance.now() - refreshedAt >= cacheMs) {
        refreshedAt = performance.now()
        refreshing = refresh()
      }
      await refreshing
      return { media: registry.contentType, content: await registry.metrics() }
    },
  }
}
