import type { Ownership } from './server.js'

const prefix = 'tm_'

/** The name a database has until it is finished: `tm_<instance id>_<epoch>`. Only we make such names. */
export const privateName = (owner: Ownership): string => `${prefix}${owner.instanceId}_${owner.epoch}`

/** What every unfinished database of an instance begins with, whatever its epoch. */
export const privateNamePrefix = (instanceId: string): string => `${prefix}${instanceId}_`

/** The instance and epoch that a private name stands for; null for any other name. */
export function parsePrivateName(name: string): { instanceId: string; epoch: number } | null {
  const match = /^tm_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_(\d+)$/.exec(name)
  return match?.[1] && match[2] ? { instanceId: match[1], epoch: Number(match[2]) } : null
}

/** The name of a deleted instance's database until it is purged or comes back. */
export const retiredName = (instanceId: string): string => `${prefix}retired_${instanceId}`

/** The name of an archive that is kept on its database server. */
export const archiveName = (archiveId: string): string => `${prefix}archive_${archiveId}`

/** The name of an instance's snapshot. */
export const snapshotName = (instanceId: string): string => `${prefix}snapshot_${instanceId}`

/** The name of a database that is thrown away at the end of the job that made it. */
export const scratchName = (jobId: string): string => `${prefix}scratch_${jobId}`
