/** The caches of ODS/API that can be told to forget. https://docs.ed-fi.org/reference/ods-api/ (Notifications) */
export type CacheType = 'ods-instances' | 'api-client-details' | 'security'

/** How an environment's ODS/API is reached. Secrets are in the clear only while a call runs. */
export interface OdsApiConnection {
  /** Base address; null where none is on record. */
  baseUrl: string | null
  contextRouteTemplate: string | null
  /** The Redis channel that ODS/API subscribes to; null: it has none. */
  notifications: { url: string; channel: string } | null
  /** The client with which health checks read; null: not configured. */
  probe: { clientId: string; clientSecret: string } | null
}

/** What became of a notification; it never fails a job. */
export type Notification =
  { published: true; subscribers: number } | { published: false; reason: 'not_configured' | 'unreachable' }

/** What asking ODS/API itself has shown. */
export type OdsApiProbe =
  | { status: 'healthy'; latencyMs: number }
  | { status: 'unhealthy'; reason: string }
  | { status: 'not_checked'; reason: string }

/** ODS/API of one environment. No method throws but for an aborted signal. */
export interface OdsApi {
  readonly isNotified: boolean
  /** Tells every node of ODS/API to forget these caches. */
  notify(caches: readonly CacheType[], call: { signal: AbortSignal }): Promise<Notification>
  /** A token and one read through it, for one instance. */
  probe(
    instance: { adminTenant: string; contexts: Record<string, string> },
    call: { signal: AbortSignal },
  ): Promise<OdsApiProbe>
}

/** What this package needs of a logger; winston's fits. */
export interface OdsApiLog {
  warn(message: string, fields?: object): unknown
}

/** Opens ODS/APIs; connections to a Redis are shared. */
export interface OdsApiClient {
  /** What goes wrong is said to `log`, so that it can say for which job. */
  open(connection: OdsApiConnection, log?: OdsApiLog): OdsApi
  close(): Promise<void>
}
