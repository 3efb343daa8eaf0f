import { expiredInstances, instancesToPurge, type Database, type Pool } from '@edfi-tenants/store'
import { deleteInstance } from '../delete-instance.js'
import type { JobDefinition } from '../engine/define-job.js'
import { purgeInstance } from '../purge-instance.js'
import { requestInstanceJob, type InstanceJobRequest } from '../requests/request-instance-job.js'
import type { RequestOrigin } from '../requests/request-origin.js'

/**
 * Asks for the purge of deleted instances whose time is over, in one transaction; gives way when another process is at
 * it. Those whose purge failed rest for a while. Returns how many; whoever calls rings then.
 */
export const sweepPurges = (pool: Pool): Promise<number> =>
  sweep(pool, instancesToPurge, purgeInstance, 'system:purge', { when: ['deleted'] })

/**
 * Asks for the deletion of instances that have expired, as a client would by DELETE without parameters: with an
 * archive, and not while others use one. Protected ones stay, until they are protected no longer.
 */
export const sweepExpiries = (pool: Pool): Promise<number> =>
  sweep(pool, expiredInstances, deleteInstance, 'system:expiry', {
    when: ['active', 'stopped', 'failed'],
    parameters: { archive: true, applications: 'refuse', purge: 'scheduled', acceptSameServer: false },
  })

const sweep = (
  pool: Pool,
  due: (database: Database) => Promise<string[]>,
  definition: JobDefinition,
  clientId: string,
  request: InstanceJobRequest,
): Promise<number> =>
  pool.transaction(async (database) => {
    const origin: RequestOrigin = {
      actor: { clientId, scopes: [], tenants: '*' },
      requestId: null,
      remoteAddress: null,
    }
    const ids = await due(database)
    for (const id of ids) await requestInstanceJob(database, definition, id, origin, request)
    return ids.length
  })
