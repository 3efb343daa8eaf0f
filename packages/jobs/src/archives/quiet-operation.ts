import type { Operation } from '@edfi-tenants/provisioner'

/** The same operation without a word about its progress: it is a part of something larger, whose progress is told. */
export const quietOperation = ({ signal, fence }: Operation): Operation => ({
  signal,
  fence,
  progress: () => undefined,
})
