import { createHash } from 'node:crypto'
import { readApiClient, type ApiClientRow, type Store } from '@edfi-tenants/store'
import { createLruCache } from '../http/lru-cache.js'

/** API clients as tokens need them: a few seconds old at most, so that a deleted one ends soon. */
export interface ClientLookup {
  /** Null when there is none, or it was deleted. */
  find(id: string): Promise<ApiClientRow | null>
  /** Forgets what is known of a client, as it has just changed here. */
  forget(id: string): void
}

/** How long a client's row is believed, in milliseconds; well below the 60 s in which its tokens have to end. */
const believedMs = 15_000

/** Looks clients up in the store, once for all who ask at the same time. */
export function createClientLookup(store: Store): ClientLookup {
  const known = createLruCache<{ row: Promise<ApiClientRow | null>; until: number }>(10_000)
  return {
    find(id) {
      const found = known.get(id)
      if (found && found.until > Date.now()) return found.row
      const row = readApiClient(store, id)
      known.set(id, { row, until: Date.now() + believedMs })
      // What failed is not remembered.
      row.catch(() => known.delete(id))
      return row
    },
    forget: (id) => void known.delete(id),
  }
}

/** Which secret a client had when it got its token: changes with the secret and says nothing about it. */
export const secretVersion = (client: Pick<ApiClientRow, 'secretHash'>): string =>
  createHash('sha256').update(client.secretHash).digest('base64url').slice(0, 12)
