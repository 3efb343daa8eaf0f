import { randomUUID } from 'node:crypto'
import type { Operation, Ownership } from '@edfi-tenants/provisioner'

/** An instance that nobody else has. */
export const newOwner = (epoch = 1): Ownership => ({ installationId: randomUUID(), instanceId: randomUUID(), epoch })

/** An operation that nobody stops. */
export const quietOperation = (): Operation => ({
  signal: new AbortController().signal,
  fence: () => Promise.resolve(),
  progress: () => undefined,
})
