import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { WorkerMetrics } from '@edfi-tenants/runtime'

/**
 * Answers `GET /metrics` on an address of its own, without sign-in: it names neither tenants nor instances. Returns the
 * port; fails, naming the setting, where it cannot listen there.
 */
export async function serveMetrics(
  metrics: Pick<WorkerMetrics, 'read'>,
  { host, port }: { host: string; port: number },
): Promise<{ port: number; close(): void }> {
  const server = http.createServer((request, response) => {
    if (request.method !== 'GET' || request.url?.split('?')[0] !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    metrics.read().then(
      ({ media, content }) => response.writeHead(200, { 'Content-Type': media }).end(content),
      () => response.writeHead(500).end(),
    )
  })
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new Error(`Metrics cannot be served at METRICS_HOST ${host}, METRICS_PORT ${port}.`, { cause: error })
  }
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
