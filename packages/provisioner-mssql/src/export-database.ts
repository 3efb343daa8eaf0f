import { Failure } from '@edfi-tenants/core'
import type { ExportedDatabase } from '@edfi-tenants/provisioner'

/**
 * None: SQL Server writes backups where it runs itself (or to a URL that only it has a credential for), so there is
 * nothing that a worker could read. Archives are copies on the same server.
 */
export const exportFormats = (): Promise<string[]> => Promise.resolve([])

/** Fails with `not_supported`, see {@link exportFormats}. */
export const exportDatabase = (): Promise<ExportedDatabase> =>
  Promise.reject(
    new Failure('not_supported', 'SQL Server writes backups on its own disk, where the worker cannot read them.'),
  )
