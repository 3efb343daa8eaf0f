/** An archive's states: `creating → available → deleted`, or `failed`. */
export const archiveStatuses = ['creating', 'available', 'failed', 'deleted'] as const
export type ArchiveStatus = (typeof archiveStatuses)[number]

/** Whether an archive outlives its database server, or is a copy that is kept there. */
export const archiveDurabilities = ['off_server', 'same_server'] as const
export type ArchiveDurability = (typeof archiveDurabilities)[number]

/** Why an archive was made: asked for, before a deletion, or by a tenant's schedule. */
export const archiveReasons = ['requested', 'delete', 'scheduled'] as const
export type ArchiveReason = (typeof archiveReasons)[number]

/** What ODS/API knows besides an instance's own database. */
export const derivativeTypes = ['ReadReplica', 'Snapshot'] as const
export type DerivativeType = (typeof derivativeTypes)[number]
