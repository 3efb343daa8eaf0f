import type { Server } from '@edfi-tenants/provisioner'

/** What the settings of a server say about new databases; absent: as the source is, or as Azure has it by default. */
export interface AzureSettings {
  serviceObjective?: string
  elasticPool?: string
  /** How often a copy is looked after, in milliseconds. */
  pollIntervalMs: number
}

interface Given {
  host: string
  port?: number
  connectTimeoutMs?: number
  retryAfterMs?: number
  serviceObjective?: string
  elasticPool?: string
  pollIntervalMs?: number
}

const given = (server: Server): Given => server.settings as unknown as Given

/** The settings of a server; they have been checked against the manifest's schema before. */
export const readAzureSettings = (server: Server): AzureSettings => {
  const { serviceObjective, elasticPool, pollIntervalMs = 2_000 } = given(server)
  return { ...(serviceObjective ? { serviceObjective } : {}), ...(elasticPool ? { elasticPool } : {}), pollIntervalMs }
}

/**
 * The server as the parts of `mssql` are to treat it: a connection for each database, since USE is refused
 * (https://learn.microsoft.com/sql/t-sql/language-elements/use-transact-sql), and waits where Azure asks for them. The
 * first wait is five seconds: https://learn.microsoft.com/azure/azure-sql/database/troubleshoot-common-errors-issues
 */
export const asSqlServer = (server: Server): Server => {
  const { connectTimeoutMs = 30_000, retryAfterMs = 5_000 } = given(server)
  return { ...server, settings: { ...server.settings, connectTimeoutMs, retryAfterMs, ownConnections: true } }
}
