import {
  claimFollowUp,
  readDueFollowUps,
  readFollowed,
  type Database,
  type DueFollowUp,
  type Store,
} from '@edfi-tenants/store'
import type { Log } from '../engine/log.js'
import { requestBatch } from '../requests/batches/request-batch.js'
import type { RequestOrigin } from '../requests/request-origin.js'

/** Another process asks for it, or what it depended on has changed: nothing is written. */
class NotOurs extends Error {}

/**
 * Asks for what is to follow on batches all of whose jobs have succeeded: that last year's instances be stopped, or
 * archived. Each in one transaction, once whoever sweeps. Returns how many batches were asked for; whoever calls rings
 * then.
 */
export async function sweepFollowUps(store: Pick<Store, 'database'>, log: Log): Promise<number> {
  let asked = 0
  for (const due of await readDueFollowUps(store.database)) {
    try {
      await followUp(store, due)
      asked++
    } catch (error) {
      // Refused as a whole, for example while somebody changes one of the instances: the next sweep tries again.
      if (!(error instanceof NotOurs))
        log.warn('What follows on a batch could not be asked for', { batch: due.id, error })
    }
  }
  return asked
}

async function followUp(store: Pick<Store, 'database'>, due: DueFollowUp): Promise<void> {
  const instances = await readFollowed(store.database, due)
  const claim = async (database: Database): Promise<void> => {
    if (!(await claimFollowUp(database, due.id))) throw new NotOurs()
  }
  if (instances.length === 0) return store.database.transaction(claim)
  const origin: RequestOrigin = {
    actor: {
      clientId: due.requestedBy,
      scopes: [],
      tenants: due.tenants.length === 0 ? '*' : due.tenants,
      ...(due.onBehalfOf === null ? {} : { onBehalfOf: due.onBehalfOf }),
    },
    requestId: null,
    remoteAddress: null,
  }
  await requestBatch(
    store,
    {
      ...origin,
      operation: due.operation,
      items: instances.map(({ id, name }) => ({ instanceId: id, confirm: name })),
      follows: due.id,
      reservedDatabaseNames: [],
      deletePolicy: { allowDelete: false },
      maxItems: instances.length,
    },
    claim,
  )
}
