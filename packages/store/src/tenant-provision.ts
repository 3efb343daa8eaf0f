import { Failure } from '@edfi-tenants/core'
import type { Database } from './database.js'
import type { Records } from './records.js'

/** The Admin and Security databases that were made for a tenant, or are being made. */
export interface TenantProvision {
  /** What stands as owner in their markers; never changes. */
  id: string
  serverId: string
  server: string
  adminDatabase: string
  securityDatabase: string
  /** A login of their own; null where they use the server's shared one. */
  login: string | null
  /** When both were first there and could be connected to; null: not yet. */
  finishedAt: string | null
}

/** What is sealed beside it. */
export interface TenantProvisionSecrets {
  /** Of the login of their own; null where there is none. */
  password: string | null
  /** Connection strings, as Admin API and ODS/API need them. */
  admin: string
  security: string
}

const context = (tenant: string): string => `tenants/${tenant}/provisioned_password`

/** What was made for a tenant, given by its exact name; null: nothing. */
export async function readTenantProvision(database: Database, tenant: string): Promise<TenantProvision | null> {
  const [row] = await database.query<{ provisioned: TenantProvision | null }>(
    'SELECT provisioned FROM tenants WHERE name = $1',
    [tenant],
  )
  return row?.provisioned ?? null
}

/** The secrets that belong to it, opened; null: there are none. */
export async function openTenantProvision(
  { database, sealer }: Pick<Records, 'database' | 'sealer'>,
  tenant: string,
): Promise<TenantProvisionSecrets | null> {
  const [row] = await database.query<{ sealed: string | null }>(
    'SELECT provisioned_password AS sealed FROM tenants WHERE name = $1',
    [tenant],
  )
  if (row?.sealed == null) return null
  return JSON.parse(sealer.open(row.sealed, context(tenant))) as TenantProvisionSecrets
}

/**
 * Puts on record what is about to be made, or has been made, for a tenant. Fails with `tenant_provisioned` when it has
 * other databases already.
 */
export async function saveTenantProvision(
  { database, sealer }: Pick<Records, 'database' | 'sealer'>,
  tenant: string,
  provision: TenantProvision,
  secrets: TenantProvisionSecrets,
): Promise<void> {
  const rows = await database.query(
    `UPDATE tenants SET provisioned = $2::jsonb, provisioned_password = $3, updated_at = now()
     WHERE name = $1 AND (provisioned IS NULL OR provisioned ->> 'id' = $4) RETURNING name`,
    [tenant, JSON.stringify(provision), sealer.seal(JSON.stringify(secrets), context(tenant)), provision.id],
  )
  if (rows.length === 0) throw new Failure('tenant_provisioned', 'Other databases were made for the tenant meanwhile.')
}

/** Forgets an attempt of which nothing is left; what was finished stays on record. */
export async function forgetTenantProvision(database: Database, tenant: string, id: string): Promise<void> {
  await database.query(
    `UPDATE tenants SET provisioned = NULL, provisioned_password = NULL, updated_at = now()
     WHERE name = $1 AND provisioned ->> 'id' = $2 AND provisioned ->> 'finishedAt' IS NULL`,
    [tenant, id],
  )
}
