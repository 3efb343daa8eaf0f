import { pathToFileURL } from 'node:url'
import { isolateProvisioner, provisionerOf, type ProvisionerLog } from './isolated/isolate-provisioner.js'
import { locatePlugin } from './locate-plugin.js'
import { manifestFaults } from './manifest-faults.js'
import { contractVersion, type ProvisionerManifest } from './manifest.js'
import type { Provisioner } from './provisioner.js'
import { requiredOperations } from './required-operations.js'

/** How a built-in provisioner is loaded: only when it is asked for. */
export type BuiltInProvisioners = Record<string, () => Promise<{ provisioner: Provisioner }>>

/**
 * Loads the provisioners that `PROVISIONERS` names: built-in names, package names, or paths (resolved against
 * `directory`). A module exports `provisioner`. Those that are not built in run in a process of their own each, so that
 * nothing they throw or do reaches other jobs; what they throw outside of their operations goes to `log`. Throws an error
 * that names the entry when one cannot be loaded, was written for another contract version, lacks an operation, has a
 * manifest that cannot be used, or when two claim the same name.
 */
export async function loadProvisioners(
  entries: readonly string[],
  builtIn: BuiltInProvisioners,
  directory: string,
  log: ProvisionerLog = { warn: () => undefined, error: () => undefined },
): Promise<Map<string, Provisioner>> {
  const loaded = new Map<string, Provisioner>()
  try {
    for (const entry of entries) {
      const provisioner = await load(entry, builtIn, directory, log)
      const { name } = provisioner.manifest
      if (loaded.has(name)) {
        await provisioner.close?.()
        throw new Error(`Provisioner "${entry}": the name "${name}" is taken by another one.`)
      }
      loaded.set(name, provisioner)
    }
    return loaded
  } catch (error) {
    await Promise.allSettled([...loaded.values()].map(async (each) => each.close?.()))
    throw error
  }
}

async function load(
  entry: string,
  builtIn: BuiltInProvisioners,
  directory: string,
  log: ProvisionerLog,
): Promise<Provisioner> {
  const own = Object.hasOwn(builtIn, entry) ? builtIn[entry] : undefined
  if (own) {
    const { provisioner } = await own().catch((error: unknown) => {
      throw new Error(`Provisioner "${entry}" cannot be loaded: ${(error as Error).message}`, { cause: error })
    })
    assertUsable(entry, provisioner.manifest, operationsIn(provisioner))
    return provisioner
  }
  const isolated = await locate(entry, directory)
    .then((location) => isolateProvisioner(entry, location, log))
    .catch((error: unknown) => {
      throw new Error(`Provisioner "${entry}" ${(error as Error).message}`, { cause: error })
    })
  try {
    assertUsable(entry, isolated.manifest, isolated.operations)
    return provisionerOf(isolated, isolated.manifest)
  } catch (error) {
    await isolated.close()
    throw error
  }
}

const operationsIn = (provisioner: Provisioner): string[] =>
  requiredOperations.filter((name) => typeof provisioner[name] === 'function')

async function locate(entry: string, directory: string): Promise<string> {
  try {
    return pathToFileURL(await locatePlugin(entry, directory)).href
  } catch (error) {
    throw new Error(`cannot be loaded: ${(error as Error).message.split('\n')[0] ?? ''}`, { cause: error })
  }
}

function assertUsable(
  entry: string,
  manifest: unknown,
  operations: readonly string[],
): asserts manifest is ProvisionerManifest {
  const version = (manifest as Partial<ProvisionerManifest> | null | undefined)?.contractVersion
  if (version !== contractVersion)
    throw new Error(
      `Provisioner "${entry}" was written for contract version ${String(version)}; this is ${contractVersion}.`,
    )
  const missing = requiredOperations.filter((name) => !operations.includes(name))
  if (missing.length > 0) throw new Error(`Provisioner "${entry}" lacks ${missing.join(', ')}.`)
  const faults = manifestFaults(manifest as Record<string, unknown>)
  if (faults.length > 0)
    throw new Error(`Provisioner "${entry}" has a manifest that cannot be used: ${faults.join('; ')}.`)
}
