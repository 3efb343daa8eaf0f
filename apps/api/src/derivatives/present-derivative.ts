import type { Derivative } from '@edfi-tenants/contract'
import type { DerivativeRow } from '@edfi-tenants/store'

/** A derivative as clients see it. */
export const presentDerivative = (row: DerivativeRow): Derivative => ({
  derivativeType: row.derivativeType,
  source: row.source,
  databaseName: row.databaseName,
  registered: row.registered as Derivative['registered'],
  createdAt: row.createdAt,
  refreshedAt: row.refreshedAt,
})
