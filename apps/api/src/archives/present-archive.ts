import type { Archive } from '@edfi-tenants/contract'
import type { ArchiveRow } from '@edfi-tenants/store'

/** An archive as clients see it; where it is stored is nobody's business but the workers'. */
export const presentArchive = (row: ArchiveRow): Archive => ({
  id: row.id,
  number: row.number,
  tenant: row.tenant,
  instanceId: row.instanceId,
  status: row.status,
  reason: row.reason,
  durability: row.durability,
  format: row.format,
  server: row.server,
  sizeBytes: row.sizeBytes,
  checksum: row.checksum,
  source: row.source,
  counts: row.counts,
  legalHold: row.legalHold,
  expiresAt: row.expiresAt,
  verifiedAt: row.verifiedAt,
  verification: row.verification,
  jobId: row.jobId,
  createdAt: row.createdAt,
  finishedAt: row.finishedAt,
  deletedAt: row.deletedAt,
})
