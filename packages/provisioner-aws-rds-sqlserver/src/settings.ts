import type { Ownership, Server } from '@edfi-tenants/provisioner'

/** What this provisioner's settings say besides those of any SQL Server. */
export interface RdsSettings {
  /** The beginning of the ARNs of copies on their way: `arn:aws:s3:::bucket/prefix`. */
  backupArn: string
  /** A symmetric key of KMS that copies on their way are encrypted with; absent: as S3 does by itself. */
  kmsKeyArn?: string
}

/** The settings of a server; they have been checked against the manifest's schema before. */
export const readRdsSettings = (server: Server): RdsSettings => server.settings as unknown as RdsSettings

/** The object that a copy for an instance passes through: one for each, written over by its next copy. */
export const placeOf = (server: Server, { instanceId }: Ownership): string =>
  `${readRdsSettings(server).backupArn.replace(/\/+$/, '')}/tm_${instanceId}.bak`
