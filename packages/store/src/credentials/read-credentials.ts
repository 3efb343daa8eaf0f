import type { Database } from '../database.js'
import type { Sealer } from '../sealing.js'
import { credentialColumns, type CredentialRow } from './credential-row.js'

/** What the sealed secret of a credential is bound to. */
export const credentialContext = (id: string): string => `instance_credentials/${id}/secret`

/** The credentials of an instance, in the order in which they were asked for. Secrets whose time is up are left out. */
export const listCredentials = (database: Database, instanceId: string): Promise<CredentialRow[]> =>
  database.query<CredentialRow>(
    `SELECT ${credentialColumns} FROM instance_credentials c WHERE c.instance_id = $1 ORDER BY c.position, c.created_at`,
    [instanceId],
  )

/** The secret of a credential in the clear; null when it is gone. */
export const openCredentialSecret = (sealer: Sealer, { id, secret }: CredentialRow): string | null =>
  secret === null ? null : sealer.open(secret, credentialContext(id))

/**
 * The tenants, other than this one, whose instances are registered under these ids where the instance is: in an Admin API
 * that serves all tenants of an environment they share ids and applications.
 */
export async function otherTenantsServed(
  database: Database,
  instance: { environmentId: string; adminTenant: string; tenant: string },
  odsInstanceIds: readonly number[],
): Promise<string[]> {
  const rows = await database.query<{ tenant: string }>(
    `SELECT DISTINCT i.tenant FROM instances i JOIN environments e ON e.id = i.environment_id
     WHERE i.environment_id = $1 AND (NOT e.multi_tenant OR lower(i.admin_tenant) = lower($2))
       AND i.tenant <> $3 AND i.ods_instance_id = ANY($4::integer[]) AND i.status <> 'purged'`,
    [instance.environmentId, instance.adminTenant, instance.tenant, [...odsInstanceIds]],
  )
  return rows.map(({ tenant }) => tenant)
}
