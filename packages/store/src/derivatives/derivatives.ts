import { Failure, type DerivativeType, type JsonObject } from '@edfi-tenants/core'
import type { Claim } from '../archives/write-archives.js'
import type { Database } from '../database.js'
import { isoTime } from '../jobs/job-row.js'

/** A snapshot or read replica of an instance, as it stands in the store. */
export interface DerivativeRow {
  derivativeType: DerivativeType
  /** `copy`: a database of ours; `registered`: the address of one that the operator runs. */
  source: 'copy' | 'registered'
  databaseName: string
  databaseIdentity: string | null
  /** Host and port of a registered one. */
  registered: JsonObject | null
  createdAt: string
  /** When a copy was last made anew; null: never since it was created. */
  refreshedAt: string | null
}

/** The derivatives of the instance `i` as one JSON array, for the select list of instances. */
export const derivativesOfInstance = `coalesce((SELECT json_agg(json_build_object('derivativeType', v.derivative_type, 'source', v.source,
  'databaseName', v.database_name, 'databaseIdentity', v.database_identity, 'registered', v.registered, 'createdAt', ${isoTime('v.created_at')},
  'refreshedAt', ${isoTime('v.refreshed_at')}) ORDER BY v.derivative_type) FROM instance_derivatives v WHERE v.instance_id = i.id), '[]')`

const held = 'j.id = $1 AND j.epoch = $2 AND j.lease_expires_at > now()'

/** What is put on record of a derivative that was registered. */
export type NewDerivative = Pick<
  DerivativeRow,
  'derivativeType' | 'source' | 'databaseName' | 'databaseIdentity' | 'registered'
>

/**
 * Puts a derivative of the job's instance on record, or changes the one of its type; under the claim of the job,
 * otherwise `lease_lost`.
 */
export async function putDerivative(
  database: Database,
  claim: Claim,
  derivative: NewDerivative & { registeredString: string },
): Promise<void> {
  const rows = await database.query(
    `WITH j AS (SELECT id, instance_id FROM jobs j WHERE ${held}), put AS (
       INSERT INTO instance_derivatives (instance_id, derivative_type, source, database_name, database_identity, registered, registered_string)
       SELECT instance_id, $3, $4, $5, $6, $7::jsonb, $8 FROM j
       ON CONFLICT (instance_id, derivative_type) DO UPDATE SET source = excluded.source, database_name = excluded.database_name,
         database_identity = excluded.database_identity, registered = excluded.registered,
         registered_string = excluded.registered_string,
         refreshed_at = CASE WHEN instance_derivatives.database_identity IS DISTINCT FROM excluded.database_identity
           THEN now() ELSE instance_derivatives.refreshed_at END
     ) SELECT 1 AS held FROM j`,
    [
      claim.jobId,
      claim.epoch,
      derivative.derivativeType,
      derivative.source,
      derivative.databaseName,
      derivative.databaseIdentity,
      derivative.registered === null ? null : JSON.stringify(derivative.registered),
      derivative.registeredString,
    ],
  )
  if (rows.length === 0) throw leaseLost()
}

/** Takes a derivative of the job's instance off the record; under the claim of the job, otherwise `lease_lost`. */
export async function removeDerivative(database: Database, claim: Claim, derivativeType: string): Promise<void> {
  const rows = await database.query(
    `WITH j AS (SELECT id, instance_id FROM jobs j WHERE ${held}),
       removed AS (DELETE FROM instance_derivatives v USING j WHERE v.instance_id = j.instance_id AND v.derivative_type = $3)
     SELECT 1 AS held FROM j`,
    [claim.jobId, claim.epoch, derivativeType],
  )
  if (rows.length === 0) throw leaseLost()
}

const leaseLost = (): Failure => new Failure('lease_lost', 'This worker no longer holds the job.')
