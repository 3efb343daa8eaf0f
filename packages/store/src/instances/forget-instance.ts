import { Failure } from '@edfi-tenants/core'
import type { Claim } from '../archives/write-archives.js'
import type { Database } from '../database.js'

/**
 * Erases the secrets of the job's instance that stand outside its row, and its derivatives, which are gone; under the
 * claim of the job, otherwise `lease_lost`.
 */
export async function forgetInstance(database: Database, claim: Claim): Promise<void> {
  const rows = await database.query(
    `WITH j AS (SELECT instance_id FROM jobs WHERE id = $1 AND epoch = $2 AND lease_expires_at > now()),
       credentials AS (UPDATE instance_credentials c SET secret = NULL FROM j WHERE c.instance_id = j.instance_id),
       derivatives AS (DELETE FROM instance_derivatives v USING j WHERE v.instance_id = j.instance_id)
     SELECT 1 AS held FROM j`,
    [claim.jobId, claim.epoch],
  )
  if (rows.length === 0) throw new Failure('lease_lost', 'This worker no longer holds the job.')
}
