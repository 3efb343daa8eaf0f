import type { JsonObject } from '@edfi-tenants/core'
import type { DatabaseCounts } from '@edfi-tenants/provisioner'

/** Longest time for the counts of an archive, in milliseconds; afterwards they are estimates and compared with nothing. */
export const countTimeoutMs = 60_000

/** What an archive's record keeps of what was in the database. */
export interface ArchiveCounts {
  mode: DatabaseCounts['countsMode']
  counts: Record<string, number | null>
  /** The same right after the archive was written, where the database was in use meanwhile. */
  after: Record<string, number | null> | null
  odsVersion: string | null
  dataStandard: string | null
}

/** Counts as the archive's record keeps them. `after`: taken again once it was written. */
export const archiveCounts = (before: DatabaseCounts, after: DatabaseCounts | null): JsonObject => {
  const estimated = before.countsMode === 'estimated' || after?.countsMode === 'estimated'
  return {
    mode: estimated ? 'estimated' : 'exact',
    counts: before.counts,
    after: after?.counts ?? null,
    odsVersion: before.odsVersion,
    dataStandard: before.dataStandard,
  } satisfies ArchiveCounts & JsonObject
}

/**
 * In what a restored database differs from the one that was archived, in words; empty: in nothing that was counted. Of a
 * database in use, a count may lie anywhere between the one before and the one after.
 */
export function differencesFrom(recorded: JsonObject | null, found: DatabaseCounts): string[] {
  const was = recorded as unknown as ArchiveCounts | null
  if (!was) return []
  const versions = (['odsVersion', 'dataStandard'] as const)
    .filter((field) => was[field] !== found[field])
    .map((field) => `${field} was ${was[field] ?? 'unknown'} and is ${found[field] ?? 'unknown'}`)
  if (was.mode !== 'exact' || found.countsMode !== 'exact') return versions
  const counts = Object.entries(was.counts).flatMap(([name, before]) => {
    if (before === null) return []
    const after = was.after?.[name] ?? before
    const [least, most] = [Math.min(before, after), Math.max(before, after)]
    const now = found.counts[name] ?? null
    if (now !== null && now >= least && now <= most) return []
    return [`${name}: ${least === most ? least : `${least} to ${most}`} before, ${now ?? 'none'} restored`]
  })
  return [...versions, ...counts]
}
