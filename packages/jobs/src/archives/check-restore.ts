import type { JsonObject } from '@edfi-tenants/core'
import type { DatabaseCounts } from '@edfi-tenants/provisioner'
import type { ArchiveRow } from '@edfi-tenants/store'
import type { ServerAccess, StepContext } from '../engine/define-job.js'
import { archiveContent } from './archive-content.js'
import { countTimeoutMs, differencesFrom } from './archive-counts.js'
import { withScratchDatabase } from './scratch-database.js'

/** What restoring an archive has shown. */
export interface RestoreCheck {
  found: DatabaseCounts
  /** In words; empty: it holds what was archived. */
  differences: string[]
}

/** Restores an archive into a database that is thrown away again, and compares what is in it with the record. */
export async function checkRestore(
  context: StepContext,
  access: ServerAccess,
  archive: ArchiveRow,
): Promise<RestoreCheck> {
  const { provisioner, server } = access
  const found = await withScratchDatabase(context, access, await archiveContent(context, archive), (databaseName) =>
    provisioner.countDatabase(
      server,
      { databaseName, login: server.credentials, statementTimeoutMs: countTimeoutMs },
      context,
    ),
  )
  return { found, differences: differencesFrom(archive.counts, found) }
}

/** What the archive's record says of it. */
export const verificationOf = ({ found, differences }: RestoreCheck): JsonObject => ({
  readBack: true,
  restored: true,
  countsMode: found.countsMode,
  counts: found.counts,
  odsVersion: found.odsVersion,
  differences,
})
