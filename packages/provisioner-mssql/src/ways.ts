import type { DatabaseSource } from '@edfi-tenants/provisioner'
import { copyBackup, copyDatabase, type CopyWork } from './copy-source.js'
import type { FoundDatabase } from './marker.js'
import { quoteName } from './quote.js'

/** What differs where a cloud has procedures for what SQL Server has statements for. */
export interface Ways {
  /** A statement that renames a database; the session may be inside of it. */
  renameStatement: (from: string, to: string) => string
  /** A statement that drops a database which nobody is on. */
  dropStatement: (name: string) => string
  /** Makes a database of a backup, as its template names it. */
  copyBackup: (work: CopyWork, place: string, name: string) => Promise<void>
  /** Copies a database, in use or not. */
  copyDatabase: (work: CopyWork, source: FoundDatabase, name: string) => Promise<void>
  /**
   * Called under the lock on the instance, before anything of an earlier run is removed: ends what the server still
   * does for such a run. Gives the private name of a copy of this very source that is still on its way and is to be
   * finished instead of another one; null where there is none, or `source` is.
   */
  settle?: (work: CopyWork, source: DatabaseSource | null) => Promise<string | null>
}

/** The statements of SQL Server itself. */
export const ownWays: Ways = {
  renameStatement: (from, to) => `alter database ${quoteName(from)} modify name = ${quoteName(to)}`,
  dropStatement: (name) => `drop database ${quoteName(name)}`,
  copyBackup,
  copyDatabase,
}
