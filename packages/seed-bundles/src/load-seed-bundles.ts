import { readdir, realpath } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { readBundle } from './read-bundle.js'
import type { SeedBundle } from './seed-bundle.js'

/** The bundles that come with the service. */
const builtInFolder = fileURLToPath(new URL('../bundles/', import.meta.url))

/**
 * Loads all seed bundles: the built-in ones and those of an operator's folder, by name. Throws an error that names the
 * bundle (and the file) when one is broken, or has the name of a built-in one.
 */
export async function loadSeedBundles(extraFolder: string | undefined): Promise<ReadonlyMap<string, SeedBundle>> {
  const bundles = await readFolder(builtInFolder)
  if (extraFolder === undefined) return bundles
  for (const [name, bundle] of await readFolder(extraFolder)) {
    if (bundles.has(name)) throw new Error(`Seed bundle "${name}" of ${extraFolder} has the name of a built-in one.`)
    bundles.set(name, bundle)
  }
  return bundles
}

async function readFolder(folder: string): Promise<Map<string, SeedBundle>> {
  const bundles = new Map<string, SeedBundle>()
  for (const name of await bundleNames(folder)) {
    try {
      bundles.set(name, await readBundle(path.join(folder, name), name))
    } catch (error) {
      throw new Error(`Seed bundle "${name}" of ${folder} cannot be used: ${(error as Error).message}`, {
        cause: error,
      })
    }
  }
  return bundles
}

/** Every folder is a bundle, except hidden ones; files beside them (a README) are passed over. */
async function bundleNames(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(await realpath(folder), { withFileTypes: true })
    return entries
      .filter((entry) => !entry.name.startsWith('.') && (entry.isDirectory() || entry.isSymbolicLink()))
      .map((entry) => entry.name)
      .sort()
  } catch (error) {
    throw new Error(`The folder of seed bundles ${folder} cannot be read: ${(error as Error).message}`, {
      cause: error,
    })
  }
}
