import { createNotifier } from './notifier.js'
import { createProber } from './prober.js'
import type { OdsApiClient } from './ods-api.js'

/** What this package needs of a logger; winston's fits. */
export interface OdsApiLog {
  debug(message: string, fields?: object): unknown
  warn(message: string, fields?: object): unknown
}

/** Makes the one client of a process. Connections are opened when they are first needed, and shared by address. */
export function createOdsApiClient({ log }: { log: OdsApiLog }): OdsApiClient {
  const notifier = createNotifier(log)
  const prober = createProber()
  return {
    open: (connection) => ({
      isNotified: connection.notifications !== null,
      notify: (caches, { signal }) => notifier.notify(connection.notifications, caches, signal),
      probe: (instance, { signal }) => prober.probe(connection, instance, signal),
    }),
    async close() {
      await Promise.all([notifier.close(), prober.close()])
    },
  }
}
