import type { Server } from '@edfi-tenants/provisioner'

/** How a connection is encrypted, with the meaning that libpq gives these words. */
export interface TlsSettings {
  mode: 'disable' | 'require' | 'verify-ca' | 'verify-full'
  /** Certificates of the authorities to trust, PEM; absent: those that Node trusts. */
  ca?: string
}

/** A database server's settings with every default filled in. Times are milliseconds. */
export interface Settings {
  host: string
  port: number
  tls: TlsSettings
  connectTimeoutMs: number
  statementTimeoutMs: number
  maintenanceDatabase: string
  cloneStrategy: 'auto' | 'wal_log' | 'file_copy'
  /** The role that every instance's own login becomes a member of; its rights on the templates are theirs then. */
  ownLoginRole?: string
  /** Where ODS/API reaches the server, and what else its driver shall be told. */
  registered: { host: string; port: number; options: Record<string, string> }
}

/** The settings of a server; they have been checked against the manifest's schema before. */
export function readSettings(server: Server): Settings {
  const given = server.settings as unknown as Partial<Omit<Settings, 'registered'>> & {
    host: string
    registered?: Partial<Settings['registered']>
  }
  const port = given.port ?? 5432
  return {
    host: given.host,
    port,
    tls: given.tls ?? { mode: 'disable' },
    connectTimeoutMs: given.connectTimeoutMs ?? 10_000,
    statementTimeoutMs: given.statementTimeoutMs ?? 1_800_000,
    maintenanceDatabase: given.maintenanceDatabase ?? 'postgres',
    cloneStrategy: given.cloneStrategy ?? 'auto',
    ...(given.ownLoginRole === undefined ? {} : { ownLoginRole: given.ownLoginRole }),
    registered: {
      host: given.registered?.host ?? given.host,
      port: given.registered?.port ?? port,
      options: given.registered?.options ?? {},
    },
  }
}
