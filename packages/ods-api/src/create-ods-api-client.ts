import { createNotifier } from './notifier.js'
import { createProber } from './prober.js'
import type { OdsApiClient, OdsApiLog } from './ods-api.js'

/** Makes the one client of a process. Connections are opened when they are first needed, and shared by address. `log` is for those who open one without a log of their own. */
export function createOdsApiClient({ log }: { log: OdsApiLog }): OdsApiClient {
  const notifier = createNotifier()
  const prober = createProber()
  return {
    open: (connection, ownLog = log) => ({
      isNotified: connection.notifications !== null,
      notify: (caches, { signal }) => notifier.notify(connection.notifications, caches, { signal, log: ownLog }),
      probe: (instance, { signal }) => prober.probe(connection, instance, signal),
    }),
    async close() {
      await Promise.all([notifier.close(), prober.close()])
    },
  }
}
