import type { ArchiveDurability, ArchiveReason, ArchiveStatus, JsonObject } from '@edfi-tenants/core'
import { isoTime } from '../jobs/job-row.js'

/** An archive as it stands in the store, without the key of its stream. */
export interface ArchiveRow {
  id: string
  number: number
  tenant: string
  instanceId: string
  /** The instance's status now: archives outlive their instances. */
  instanceStatus: string
  serverId: string
  server: string
  /** Name of the provisioner that made it and can restore it. */
  engine: string
  status: ArchiveStatus
  reason: ArchiveReason
  /** Null until it is available. */
  durability: ArchiveDurability | null
  /** What the provisioner calls its exports; `copy`: a database on the server. */
  format: string | null
  location: JsonObject | null
  /** SHA-256 of what is stored; null for copies. */
  checksum: string | null
  sizeBytes: number | null
  /** The instance as it was. */
  source: JsonObject
  counts: JsonObject | null
  legalHold: boolean
  expiresAt: string | null
  /** When a restored copy was last compared with the counts; null: never. */
  verifiedAt: string | null
  verification: JsonObject | null
  jobId: string | null
  createdAt: string
  finishedAt: string | null
  deletedAt: string | null
}

/** The select list that makes an {@link ArchiveRow} of {@link archiveTables}. */
export const archiveColumns = `a.id, a.number, a.tenant, a.instance_id AS "instanceId", i.status AS "instanceStatus", a.server_id AS "serverId", d.name AS server,
  a.engine, a.status, a.reason, a.durability, a.format, a.location, a.checksum, a.size_bytes::float8 AS "sizeBytes", a.source, a.counts,
  a.legal_hold AS "legalHold", ${isoTime('a.expires_at')} AS "expiresAt", ${isoTime('a.verified_at')} AS "verifiedAt", a.verification,
  a.job_id AS "jobId", ${isoTime('a.created_at')} AS "createdAt", ${isoTime('a.finished_at')} AS "finishedAt", ${isoTime('a.deleted_at')} AS "deletedAt"`

/** Where {@link archiveColumns} come from. */
export const archiveTables = `archives a JOIN instances i ON i.id = a.instance_id JOIN database_servers d ON d.id = a.server_id`
