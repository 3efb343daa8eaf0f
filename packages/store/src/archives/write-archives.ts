import {
  Failure,
  type ArchiveDurability,
  type ArchiveReason,
  type ArchiveStatus,
  type JsonObject,
} from '@edfi-tenants/core'
import type { Database } from '../database.js'
import type { Records } from '../records.js'

/** The claim under which a worker writes: what it writes takes effect only while the job is its own. */
export interface Claim {
  jobId: string
  epoch: number
}

export interface NewArchive {
  id: string
  reason: ArchiveReason
  /** The instance as it is: what a restore starts from. */
  source: JsonObject
  legalHold: boolean
  /** ISO 8601; null: kept until it is deleted. */
  expiresAt: string | null
}

/** What a job may change of an archive. */
export interface ArchivePatch {
  status?: ArchiveStatus
  durability?: ArchiveDurability
  format?: string
  location?: JsonObject
  checksum?: string | null
  sizeBytes?: number | null
  counts?: JsonObject | null
  verification?: JsonObject | null
  /** Stamped by the database's clock. */
  finished?: true
  verified?: true
  deleted?: true
}

const held = 'j.id = $1 AND j.epoch = $2 AND j.lease_expires_at > now()'

/** Where the sealed key of an archive's stream belongs. */
const dataKeyContext = (archiveId: string): string => `archives/${archiveId}/data_key`

/**
 * Puts an archive of the job's instance on record before anything of it is written, with the sealed key of its stream.
 * Again with the same id: changes nothing. Fails with `lease_lost` when the job is another worker's.
 */
export async function insertArchive(
  { database, sealer }: Pick<Records, 'database' | 'sealer'>,
  claim: Claim,
  archive: NewArchive,
  dataKey: Buffer,
): Promise<void> {
  const rows = await database.query(
    `WITH j AS (SELECT * FROM jobs j WHERE ${held}), inserted AS (
       INSERT INTO archives (id, tenant, instance_id, server_id, engine, status, reason, data_key, source, legal_hold, expires_at, job_id)
       SELECT $3, i.tenant, i.id, i.server_id, d.engine, 'creating', $4, $5, $6::jsonb, $7, $8::timestamptz, j.id
       FROM j JOIN instances i ON i.id = j.instance_id JOIN database_servers d ON d.id = i.server_id
       ON CONFLICT (id) DO NOTHING
     ) SELECT 1 AS held FROM j`,
    [
      claim.jobId,
      claim.epoch,
      archive.id,
      archive.reason,
      sealer.seal(dataKey.toString('base64'), dataKeyContext(archive.id)),
      JSON.stringify(archive.source),
      archive.legalHold,
      archive.expiresAt,
    ],
  )
  if (rows.length === 0) throw leaseLost()
}

/** Changes an archive, while the job is still this worker's; fails with `lease_lost` otherwise. Absent fields stay. */
export async function patchArchive(database: Database, claim: Claim, id: string, patch: ArchivePatch): Promise<void> {
  const values: unknown[] = [claim.jobId, claim.epoch, id]
  const bind = (value: unknown): string => `$${values.push(value)}`
  const json = (value: unknown): string => `${bind(value === null ? null : JSON.stringify(value))}::jsonb`
  const set = [
    ...(patch.status === undefined ? [] : [`status = ${bind(patch.status)}`]),
    ...(patch.durability === undefined ? [] : [`durability = ${bind(patch.durability)}`]),
    ...(patch.format === undefined ? [] : [`format = ${bind(patch.format)}`]),
    ...(patch.location === undefined ? [] : [`location = ${json(patch.location)}`]),
    ...(patch.checksum === undefined ? [] : [`checksum = ${bind(patch.checksum)}`]),
    ...(patch.sizeBytes === undefined ? [] : [`size_bytes = ${bind(patch.sizeBytes)}::bigint`]),
    ...(patch.counts === undefined ? [] : [`counts = ${json(patch.counts)}`]),
    ...(patch.verification === undefined ? [] : [`verification = ${json(patch.verification)}`]),
    ...(patch.finished ? ['finished_at = now()'] : []),
    ...(patch.verified ? ['verified_at = now()'] : []),
    ...(patch.deleted ? ['deleted_at = now()', 'data_key = NULL'] : []),
  ]
  const rows = await database.query(
    `WITH j AS (SELECT id FROM jobs j WHERE ${held}),
       changed AS (UPDATE archives SET ${set.join(', ')} FROM j WHERE archives.id = $3)
     SELECT 1 AS held FROM j`,
    values,
  )
  if (rows.length === 0) throw leaseLost()
}

/**
 * Takes an archive out of use for good, its key with it; under the claim of the job, otherwise `lease_lost`. False when
 * it is under legal hold: whichever of both comes first holds.
 */
export async function takeArchive(database: Database, claim: Claim, id: string): Promise<boolean> {
  const [row] = await database.query<{ taken: boolean }>(
    `WITH j AS (SELECT id FROM jobs j WHERE ${held}),
       taken AS (UPDATE archives SET status = 'deleted', deleted_at = coalesce(deleted_at, now()), data_key = NULL
         FROM j WHERE archives.id = $3 AND NOT legal_hold RETURNING archives.id)
     SELECT EXISTS (SELECT FROM taken) AS taken FROM j`,
    [claim.jobId, claim.epoch, id],
  )
  if (!row) throw leaseLost()
  return row.taken
}

/** Changes what needs no job; absent fields stay. False when the archive has been deleted. */
export async function updateArchive(
  database: Database,
  id: string,
  change: { legalHold?: boolean; expiresAt?: string | null },
): Promise<boolean> {
  const rows = await database.query(
    `UPDATE archives SET legal_hold = coalesce($2, legal_hold),
       expires_at = CASE WHEN $3 THEN $4::timestamptz ELSE expires_at END
     WHERE id = $1 AND status <> 'deleted' RETURNING id`,
    [id, change.legalHold ?? null, change.expiresAt !== undefined, change.expiresAt ?? null],
  )
  return rows.length > 0
}

/** The key of an archive's stream, opened. Fails with `archive_not_available` when it was deleted. */
export async function openArchiveKey(
  { database, sealer }: Pick<Records, 'database' | 'sealer'>,
  id: string,
): Promise<Buffer> {
  const [row] = await database.query<{ dataKey: string | null }>(
    'SELECT data_key AS "dataKey" FROM archives WHERE id = $1',
    [id],
  )
  if (row?.dataKey == null) throw new Failure('archive_not_available', 'The archive was deleted.')
  return Buffer.from(sealer.open(row.dataKey, dataKeyContext(id)), 'base64')
}

const leaseLost = (): Failure => new Failure('lease_lost', 'This worker no longer holds the job.')
