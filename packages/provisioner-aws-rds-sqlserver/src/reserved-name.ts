import { Failure } from '@edfi-tenants/core'
import { assertName } from '@edfi-tenants/provisioner-mssql'

/** Refuses the name of the database that RDS keeps its own things in, on top of what no SQL Server could hold. */
export function assertFree(name: string): void {
  assertName(name)
  if (name.trimEnd().toLowerCase() === 'rdsadmin')
    throw new Failure('validation_failed', 'RDS keeps the name rdsadmin for itself.')
}
