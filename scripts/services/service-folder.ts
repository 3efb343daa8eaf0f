import { randomBytes } from 'node:crypto'
import { chownSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Keeper } from './keeper.js'
import type { ServiceAccount } from './service-account.js'

/** True when every account may write to the folder and reach it through all its parents. */
function isOpenToAll(folder: string): boolean {
  if ((statSync(folder).mode & 0o1777) !== 0o1777) return false
  for (let parent = path.dirname(folder); ; parent = path.dirname(parent)) {
    if ((statSync(parent).mode & 0o001) === 0) return false
    if (parent === path.dirname(parent)) return true
  }
}

/** The folder for temporary files; for another account than ours it has to be one that this account can reach. */
function temporaryFolder(account: ServiceAccount | undefined): string {
  if (!account) return os.tmpdir()
  const found = [os.tmpdir(), '/tmp', '/var/tmp'].find((folder) => {
    try {
      return isOpenToAll(path.resolve(folder))
    } catch {
      return false
    }
  })
  if (!found) throw new Error(`No temporary folder that the account ${account.name} can write to; set TMPDIR to one`)
  return found
}

/** Hands a file or folder that we have just made to the account, if there is one. */
export function giveTo(account: ServiceAccount | undefined, file: string): void {
  if (account) chownSync(file, account.uid, account.gid)
}

/** Makes a private folder with an unguessable name that the keeper deletes when it ends, even if we are killed meanwhile. */
export async function throwAwayFolder(
  keeper: Keeper,
  account: ServiceAccount | undefined,
  prefix: string,
): Promise<string> {
  const folder = path.join(temporaryFolder(account), `${prefix}-${randomBytes(8).toString('hex')}`)
  await keeper.makeFolder(folder)
  return folder
}

/**
 * Makes the folder unless it is there. Throws when it holds anything but the named files, for we are going to change its
 * owner.
 */
export function keptFolder(folder: string, mayHold: string[]): string {
  const absolute = path.resolve(folder)
  mkdirSync(absolute, { recursive: true, mode: 0o700 })
  const foreign = readdirSync(absolute).find((name) => !mayHold.includes(name))
  if (foreign !== undefined) throw new Error(`${absolute} is no data folder of ours: it holds ${foreign}`)
  return absolute
}
