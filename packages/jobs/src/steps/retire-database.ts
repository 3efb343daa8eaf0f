import { retiredName } from '@edfi-tenants/provisioner'
import { databaseTime } from '@edfi-tenants/store'
import { defineStep } from '../engine/define-job.js'
import { healthNow } from '../health/health-now.js'
import { isDatabaseMissing, nothingOfOurs, stop } from './revoke-access.js'

/** Closes the retired database, and gives the instance's names free. Until `purgeAt` it can come back. */
export const retireDatabase = defineStep({
  name: 'retire-database',
  usesServer: true,
  async run(context) {
    const { instance, job, store, settings } = context
    const closed = isDatabaseMissing(context) ? null : await close()
    const now = await databaseTime(store.database)
    const windowSeconds = job.parameters['purge'] === 'now' ? 0 : settings.undoWindowSeconds
    const purgeAt = new Date(now.getTime() + windowSeconds * 1000).toISOString()
    return {
      instance: {
        status: 'deleted',
        statusReason: closed === null ? 'Its database was not there when it was deleted.' : null,
        deletedAt: now.toISOString(),
        purgeAt,
        expiresAt: null,
        nameHeld: false,
        ...healthNow('unknown'),
      },
      result: { purgeAt },
      detail: closed ?? 'There is no database to keep.',
    }

    async function close(): Promise<string | null> {
      const retired = retiredName(instance.id)
      try {
        if (!(await stop(context, retired))) return `"${retired}" stays open to its owner alone.`
      } catch (error) {
        // Gone since its access was revoked: as good as missing from the start.
        if (nothingOfOurs(error)) return null
        throw error
      }
      return `"${retired}" takes no connections.`
    }
  },
})
