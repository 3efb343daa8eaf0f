import type { Server } from '@edfi-tenants/provisioner'

/** A database server's settings with every default filled in. Times are milliseconds. */
export interface Settings {
  host: string
  port: number
  /** A named instance, found through SQL Server Browser; then the port is not used. */
  instanceName?: string
  encrypt: boolean
  trustServerCertificate: boolean
  /** Certificates of the authorities to trust, PEM; absent: those that Node trusts. */
  ca?: string
  connectTimeoutMs: number
  statementTimeoutMs: number
  /** Where copies pass through, as the server sees it; absent: its default folder for backups. */
  backupFolder?: string
  /** The same as the beginning of a URL that the server has a credential for. */
  backupUrl?: string
  /** Where the files of new databases go; absent: the server's default folders. */
  dataFolder?: string
  logFolder?: string
  /** Set by provisioners for a cloud, where a session cannot change its database: each one gets a connection of its own. */
  ownConnections?: boolean
  /** Set likewise: what passes by itself is tried again after this time, and then ever later. Absent: the job repeats. */
  retryAfterMs?: number
  /** Set likewise: how the privileged login signs in. Absent: with its name and password, as SQL Server knows them. */
  authentication?: 'sql' | 'entra-service-principal' | 'entra-default'
  entraTenantId?: string
  entraClientId?: string
  /** Where ODS/API reaches the server, and what else its driver shall be told. */
  registered: { host: string; port?: number; options: Record<string, string> }
}

type Given = Partial<Omit<Settings, 'registered' | 'host'>> & {
  host: string
  registered?: { host: string; port: number; options?: Record<string, string> }
}

/** The settings of a server; they have been checked against the manifest's schema before. */
export function readSettings(server: Server): Settings {
  const { registered, ...given } = server.settings as unknown as Given
  const port = given.port ?? 1433
  return {
    ...given,
    port,
    encrypt: given.encrypt ?? true,
    trustServerCertificate: given.trustServerCertificate ?? false,
    connectTimeoutMs: given.connectTimeoutMs ?? 15_000,
    statementTimeoutMs: given.statementTimeoutMs ?? 1_800_000,
    registered: registered
      ? { host: registered.host, port: registered.port, options: registered.options ?? {} }
      : {
          host: given.instanceName === undefined ? given.host : `${given.host}\\${given.instanceName}`,
          ...(given.instanceName === undefined ? { port } : {}),
          options: {},
        },
  }
}
