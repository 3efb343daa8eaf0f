import { createHash } from 'node:crypto'
import { Failure } from '@edfi-tenants/core'
import type { Operation, Ownership } from '@edfi-tenants/provisioner'
import type { Session } from './connect.js'
import { lockOneOf } from './instance-lock.js'
import { quoteText } from './quote.js'
import type { Settings } from './settings.js'

/** How many copies an installation makes at once on a server; so many files there are at most. */
const places = 8

/** A path below a folder of the server, whichever system that runs on. */
export function joinPath(folder: string, file: string): string {
  const separator = folder.includes('\\') ? '\\' : '/'
  return /[\\/]$/.test(folder) ? folder + file : folder + separator + file
}

/** A place of a backup as BACKUP and RESTORE name it. */
export const deviceOf = (place: string): string =>
  /^(?:https|s3):\/\//i.test(place) ? `url = ${quoteText(place)}` : `disk = ${quoteText(place)}`

/**
 * A file of the server for a copy on its way, nobody else's until the session ends. There is a fixed number of them,
 * written over by the next copy: SQL Server gives no right to delete files to a login that is no administrator.
 */
export async function reservePlace(
  session: Session,
  settings: Settings,
  { installationId }: Ownership,
  operation: Operation,
): Promise<string> {
  const folder = settings.backupUrl ?? settings.backupFolder ?? (await defaultFolder(session))
  const of = createHash('sha256').update(installationId).digest('hex').slice(0, 8)
  const number = await lockOneOf(session, `copy\n${installationId}`, places, operation.signal)
  return joinPath(folder, `edfi_tenants_${of}_${number}.bak`)
}

/** The server's folder for backups; null where it does not say. */
export async function readDefaultFolder(session: Session): Promise<string | null> {
  const [row] = await session.query<{ folder: string | null }>(
    `select convert(nvarchar(400), serverproperty(N'InstanceDefaultBackupPath')) as folder`,
  )
  return row?.folder ?? null
}

async function defaultFolder(session: Session): Promise<string> {
  const folder = await readDefaultFolder(session)
  if (!folder) throw new Failure('settings_invalid', 'The server names no folder for backups: give it as backupFolder.')
  return folder
}
