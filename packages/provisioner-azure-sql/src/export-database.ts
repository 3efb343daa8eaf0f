import { Failure } from '@edfi-tenants/core'
import type { ExportedDatabase } from '@edfi-tenants/provisioner'

/** None: there is no BACKUP, and a worker has no program that writes BACPACs. Archives are copies on the same server. */
export const exportFormats = (): Promise<string[]> => Promise.resolve([])

/** Fails with `not_supported`, see {@link exportFormats}. */
export const exportDatabase = (): Promise<ExportedDatabase> =>
  Promise.reject(new Failure('not_supported', 'Azure SQL Database hands out no backups that a worker could read.'))
