import { randomUUID } from 'node:crypto'
import { Failure } from '@edfi-tenants/core'
import type { Database } from '../database.js'
import type { Lease } from '../jobs/claim-job.js'
import type { Records } from '../records.js'
import type { Sealer } from '../sealing.js'
import type { CredentialOrigin, CredentialRow } from './credential-row.js'
import { credentialContext } from './read-credentials.js'

/** How long the secret of a new credential can be read, in days. */
export const credentialReadableDays = 7

/** What is put on record of a credential. The secret comes in the clear and is sealed here. */
export interface NewCredential {
  position: number
  origin: CredentialOrigin
  applicationId: number
  applicationName: string
  apiClientId: number | null
  key: string | null
  secret: string | null
}

const claim = `j AS (SELECT id, instance_id FROM jobs WHERE id = $1 AND epoch = $2 AND lease_expires_at > now())`

/**
 * Records a credential of the job's instance, instead of what its place held before. Takes effect only while the job's
 * lease holds; fails with `lease_lost` otherwise.
 */
export async function saveCredential(
  { database, sealer }: { database: Database; sealer: Sealer },
  lease: Lease,
  credential: NewCredential,
): Promise<void> {
  const id = randomUUID()
  const { position, origin, applicationId, applicationName, apiClientId, key, secret } = credential
  const rows = await database.query(
    `WITH ${claim},
       gone AS (DELETE FROM instance_credentials c USING j WHERE c.instance_id = j.instance_id AND c.position = $4),
       saved AS (INSERT INTO instance_credentials
         (id, instance_id, position, origin, application_id, application_name, api_client_id, key, secret, readable_until)
         SELECT $3, j.instance_id, $4, $5, $6, $7, $8, $9, $10::text,
           CASE WHEN $10::text IS NOT NULL THEN now() + make_interval(days => $11) END FROM j)
     SELECT 1 AS held FROM j`,
    [
      lease.jobId,
      lease.epoch,
      id,
      position,
      origin,
      applicationId,
      applicationName,
      apiClientId,
      key,
      secret === null ? null : sealer.seal(secret, credentialContext(id)),
      credentialReadableDays,
    ],
  )
  if (rows.length === 0) throw leaseLost()
}

/** Takes all credentials of the job's instance off the record; under the job's lease, otherwise `lease_lost`. */
export async function removeCredentials(database: Database, lease: Lease): Promise<void> {
  const rows = await database.query(
    `WITH ${claim}, gone AS (DELETE FROM instance_credentials c USING j WHERE c.instance_id = j.instance_id)
     SELECT 1 AS held FROM j`,
    [lease.jobId, lease.epoch],
  )
  if (rows.length === 0) throw leaseLost()
}

/** Erases the secrets of an instance's credentials for good: whoever asked for them has them. Returns how many there were. */
export async function acknowledgeCredentials(database: Database, instanceId: string): Promise<number> {
  const rows = await database.query(
    `UPDATE instance_credentials SET secret = NULL, acknowledged_at = now()
     WHERE instance_id = $1 AND secret IS NOT NULL AND readable_until > now() RETURNING 1 AS acknowledged`,
    [instanceId],
  )
  return rows.length
}

/** Erases secrets whose time is up; for sweeps. Returns how many. */
export async function removeExpiredSecrets(store: Pick<Records, 'database'>): Promise<number> {
  const rows = await store.database.query(
    `UPDATE instance_credentials SET secret = NULL WHERE secret IS NOT NULL AND readable_until <= now() RETURNING 1 AS erased`,
  )
  return rows.length
}

/** Whether there were secrets and none can be read any more. */
export const areSecretsGone = (credentials: readonly CredentialRow[]): boolean =>
  credentials.some(({ origin }) => origin === 'issued') && credentials.every(({ secret }) => secret === null)

const leaseLost = (): Failure => new Failure('lease_lost', 'This worker no longer holds the job.')
