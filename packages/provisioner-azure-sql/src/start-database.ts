import { Failure } from '@edfi-tenants/core'

/** Fails with `not_supported`: what cannot be stopped need not be started. */
export const startDatabase = (): Promise<void> =>
  Promise.reject(new Failure('not_supported', 'A database of Azure SQL Database cannot be taken offline.'))
