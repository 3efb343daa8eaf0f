import { Failure } from '@edfi-tenants/core'

/** Fails with `not_supported`: https://learn.microsoft.com/sql/t-sql/statements/alter-database-transact-sql-set-options */
export const stopDatabase = (): Promise<{ endedSessions: number }> =>
  Promise.reject(new Failure('not_supported', 'A database of Azure SQL Database cannot be taken offline.'))
