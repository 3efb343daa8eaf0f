import { credentialColumns, type CredentialRow } from '../credentials/credential-row.js'
import type { Database } from '../database.js'

/** A credential with the item of a batch that its instance came from. */
export interface BatchCredentialRow extends CredentialRow {
  ref: string | null
  tenant: string
  name: string
}

/** The operations after which there may be new keys. */
const makesInstances = `('instance.create', 'instance.clone')`

/**
 * The credentials of the instances that a batch of creations or clones stands for, in the order of its items. Secrets
 * whose time is up are left out.
 */
export const listBatchCredentials = (database: Database, batchId: string): Promise<BatchCredentialRow[]> =>
  database.query<BatchCredentialRow>(
    `SELECT ${credentialColumns}, b.ref, i.tenant, i.name
     FROM batches JOIN batch_items b ON b.batch_id = batches.id JOIN instances i ON i.id = b.instance_id
       JOIN instance_credentials c ON c.instance_id = i.id
     WHERE batches.id = $1 AND batches.operation IN ${makesInstances} ORDER BY b.position, c.position, c.created_at`,
    [batchId],
  )

/** Erases the secrets of all of them for good. Returns how many there were. */
export async function acknowledgeBatchCredentials(database: Database, batchId: string): Promise<number> {
  const rows = await database.query(
    `UPDATE instance_credentials c SET secret = NULL, acknowledged_at = now()
     FROM batches JOIN batch_items b ON b.batch_id = batches.id
     WHERE batches.id = $1 AND batches.operation IN ${makesInstances} AND c.instance_id = b.instance_id
       AND c.secret IS NOT NULL AND c.readable_until > now() RETURNING 1 AS acknowledged`,
    [batchId],
  )
  return rows.length
}
