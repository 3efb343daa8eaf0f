import { isFailure } from '@edfi-tenants/core'
import { readArchivesDue, readArchivesExpired, takeArchiveTurn, type Pool } from '@edfi-tenants/store'
import type { RequestOrigin } from './request-origin.js'
import { requestArchive, requestArchiveDeletion } from './request-archives.js'

/** Who asks for what a tenant's policy wants. */
const schedule: RequestOrigin = {
  actor: { clientId: 'system:archive', scopes: ['admin'], tenants: '*' },
  requestId: null,
  remoteAddress: null,
}

/** Everything that somebody waits for comes first. */
const lowPriority = -100

/** The most that one sweep asks for: what is left over is due at the next. */
const atOnce = 50

/**
 * Asks for the archives that are due by the tenants' policies, and for those past their time to be deleted (not where the operator has
 * switched deletion off). One process at
 * a time; returns how many jobs were written. Whoever calls rings afterwards.
 */
export async function sweepArchives(database: Pool, { allowDelete }: { allowDelete: boolean }): Promise<number> {
  return database.transaction(async (inside) => {
    if (!(await takeArchiveTurn(inside))) return 0
    let written = 0
    for (const instanceId of await readArchivesDue(inside, atOnce))
      written += await unlessRefused(
        requestArchive(inside, instanceId, schedule, { scheduled: true }, { priority: lowPriority }),
      )
    for (const archiveId of allowDelete ? await readArchivesExpired(inside, atOnce) : [])
      written += await unlessRefused(requestArchiveDeletion(inside, archiveId, schedule, { priority: lowPriority }))
    return written
  })
}

/** What has changed since it was found due is no error. */
const unlessRefused = (asked: Promise<unknown>): Promise<number> =>
  asked.then(
    () => 1,
    (error: unknown) => {
      if (isFailure(error) && !error.retryable) return 0
      throw error
    },
  )
