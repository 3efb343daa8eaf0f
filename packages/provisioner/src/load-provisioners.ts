import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { contractVersion } from './manifest.js'
import type { Provisioner } from './provisioner.js'

/** How a built-in provisioner is loaded: only when it is asked for. */
export type BuiltInProvisioners = Record<string, () => Promise<{ provisioner: Provisioner }>>

const operations = [
  'testServer',
  'listDatabases',
  'createDatabase',
  'dropDatabase',
  'verifyDatabase',
  'registeredConnectionString',
  'databaseSize',
] as const

/**
 * Loads the provisioners that `PROVISIONERS` names: built-in names, package names, or paths (resolved against
 * `directory`). A module exports `provisioner`. Throws an error that names the entry when one cannot be loaded, was
 * written for another contract version, lacks an operation, or when two claim the same name.
 */
export async function loadProvisioners(
  entries: readonly string[],
  builtIn: BuiltInProvisioners,
  directory: string,
): Promise<Map<string, Provisioner>> {
  const loaded = new Map<string, Provisioner>()
  for (const entry of entries) {
    const provisioner = check(entry, await load(entry, builtIn, directory))
    if (loaded.has(provisioner.manifest.name))
      throw new Error(`Provisioner "${entry}": the name "${provisioner.manifest.name}" is taken by another one.`)
    loaded.set(provisioner.manifest.name, provisioner)
  }
  return loaded
}

async function load(entry: string, builtIn: BuiltInProvisioners, directory: string): Promise<unknown> {
  try {
    const own = builtIn[entry]
    const module: unknown = own ? await own() : await import(locate(entry, directory))
    return (module as { provisioner?: unknown }).provisioner
  } catch (error) {
    throw new Error(`Provisioner "${entry}" cannot be loaded: ${(error as Error).message}`, { cause: error })
  }
}

const locate = (entry: string, directory: string): string => {
  const isPath = entry.startsWith('.') || path.isAbsolute(entry)
  return pathToFileURL(
    isPath ? path.resolve(directory, entry) : createRequire(path.join(directory, 'package.json')).resolve(entry),
  ).href
}

function check(entry: string, value: unknown): Provisioner {
  if (typeof value !== 'object' || value === null)
    throw new Error(`Provisioner "${entry}" does not export "provisioner".`)
  const candidate = value as Provisioner
  const version: unknown = (candidate as Partial<Provisioner>).manifest?.contractVersion
  if (version !== contractVersion)
    throw new Error(
      `Provisioner "${entry}" was written for contract version ${String(version)}; this is ${contractVersion}.`,
    )
  const missing = operations.filter((name) => typeof candidate[name] !== 'function')
  if (missing.length > 0) throw new Error(`Provisioner "${entry}" lacks ${missing.join(', ')}.`)
  return candidate
}
