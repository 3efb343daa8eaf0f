import type { AdminApiClient } from '@edfi-tenants/admin-api'
import type { DeletePolicy, Ringer } from '@edfi-tenants/jobs'
import type { DashboardQueues, QueueProducer } from '@edfi-tenants/queue'
import type { ApiMetrics, TargetHosts } from '@edfi-tenants/runtime'
import type { Store } from '@edfi-tenants/store'
import type { SignIn } from './sign-in/sign-in.js'

/** Where the API writes what it has to say; a winston logger fits. */
export interface Log {
  debug(message: string, fields?: object): unknown
  info(message: string, fields?: object): unknown
  warn(message: string, fields?: object): unknown
  error(message: string, fields?: object): unknown
}

/** Everything that routes work with, made once per process in `compose.ts`. */
export interface Parts {
  store: Store
  queue: QueueProducer
  /** Rings jobs that were just written; a sweep of the workers does it too, later. */
  ringer: Ringer
  /** Null when the dashboard is switched off. */
  dashboardQueues: DashboardQueues | null
  signIn: SignIn
  /** Hosts that environments and database servers may name. */
  allowedTargets: TargetHosts
  /** Hosts that events may be sent to. */
  webhookTargets: TargetHosts
  log: Log
  metrics: ApiMetrics
  /** Aborts when the process is about to stop: what waits only for the sake of waiting ends. */
  stopping: AbortSignal
  /** For what has to be known before a request is taken. */
  adminApi: AdminApiClient
  /** What the operator allows to be deleted. */
  deletePolicy: DeletePolicy
  /** The most items that a batch may have. */
  batchMaxItems: number
  /** Names no instance's database may have besides those that are always reserved. */
  reservedDatabaseNames: readonly string[]
  trustProxy: boolean | number | string
  publicUrl: string | null
  version: string
}
