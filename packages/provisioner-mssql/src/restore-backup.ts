import { Failure } from '@edfi-tenants/core'
import { deviceOf, joinPath } from './backup-place.js'
import type { Session } from './connect.js'
import { backupNumbers, insteadOf } from './errors.js'
import { quoteName, quoteText } from './quote.js'
import type { Settings } from './settings.js'

/** A file inside a backup: `D` rows, `L` log, `S` filestream or memory-optimized, `F` full text. */
interface BackedUpFile {
  LogicalName: string
  Type: string
}

/** What a backup holds; its logical names are never what one expects. Fails with `template_missing`. */
export async function readBackup(session: Session, place: string): Promise<BackedUpFile[]> {
  try {
    const files = await session.query<BackedUpFile>(`restore filelistonly from ${deviceOf(place)}`)
    if (files.length > 0) return files
  } catch (error) {
    throw insteadOf(error, backupNumbers, 'template_missing', 'The backup is not there or cannot be read.')
  }
  throw new Failure('template_missing', 'The backup holds no database.')
}

/**
 * Restores a backup as a new database; without REPLACE, so that no other one can be overwritten. Its files are named
 * after it. What follows makes it a database of its own: a new identity, the login as owner, open for writing.
 */
export async function restoreBackup(
  session: Session,
  settings: Settings,
  { place, name }: { place: string; name: string },
): Promise<void> {
  const files = await readBackup(session, place)
  const folders = await readFolders(session, settings)
  const moves = files.map(
    (file, index) =>
      `move ${quoteText(file.LogicalName)} to ${quoteText(joinPath(file.Type === 'L' ? folders.log : folders.data, fileName(name, file, index)))}`,
  )
  try {
    await session.batch(
      `restore database ${quoteName(name)} from ${deviceOf(place)}\nwith ${moves.join(',\n  ')}, recovery`,
    )
  } catch (error) {
    throw insteadOf(error, backupNumbers, 'template_missing', 'The backup is not there or cannot be read.')
  }
}

/** Statements after a restore; a backup can be of a database that was read-only or closed to others. */
export const ownStatements = (name: string, isReadOnly: boolean): string[] => [
  ...(isReadOnly ? [`alter database ${quoteName(name)} set read_write with rollback immediate`] : []),
  `alter database ${quoteName(name)} set multi_user with rollback immediate`,
  `alter database ${quoteName(name)} set new_broker with rollback immediate`,
]

function fileName(name: string, { Type: type }: BackedUpFile, index: number): string {
  if (type === 'L') return `${name}_${index}.ldf`
  if (type !== 'D') return `${name}_${index}`
  return `${name}_${index}.${index === 0 ? 'mdf' : 'ndf'}`
}

/** Where files go: as the settings say, else where the server puts them by itself. */
async function readFolders(session: Session, settings: Settings): Promise<{ data: string; log: string }> {
  const [row] = await session.query<{ data: string | null; log: string | null }>(
    `select convert(nvarchar(400), serverproperty(N'InstanceDefaultDataPath')) as data,
  convert(nvarchar(400), serverproperty(N'InstanceDefaultLogPath')) as log`,
  )
  const data = settings.dataFolder ?? row?.data
  const log = settings.logFolder ?? row?.log ?? data
  if (!data || !log)
    throw new Failure('settings_invalid', 'The server names no folder for data files: give it as dataFolder.')
  return { data, log }
}
