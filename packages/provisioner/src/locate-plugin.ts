import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'

/**
 * The file of a plugin: a path (absolute, or beginning with `.`, against `directory`) of a file or a package's folder,
 * or the name of a package that is installed where `directory` finds it. Throws where there is none.
 */
export async function locatePlugin(entry: string, directory: string): Promise<string> {
  const { resolve } = createRequire(path.join(directory, 'package.json'))
  if (entry.startsWith('.') || path.isAbsolute(entry)) return resolve(path.resolve(directory, entry))
  try {
    return resolve(entry)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') throw error
    return importEntry(entry, directory, error)
  }
}

/** The entry of a package that is for `import` alone, which `require.resolve` does not see. */
async function importEntry(name: string, directory: string, cause: unknown): Promise<string> {
  for (const folder of createRequire(path.join(directory, 'package.json')).resolve.paths(name) ?? []) {
    const home = path.join(folder, name)
    const text = await readFile(path.join(home, 'package.json'), 'utf8').catch(() => null)
    if (text === null) continue
    const { exports } = JSON.parse(text) as { exports?: unknown }
    const main = typeof exports === 'object' && exports !== null && '.' in exports ? exports['.'] : exports
    const target = chosen(main)
    if (target !== null) return path.join(home, target)
  }
  throw cause
}

/** The first of the conditions that an import in Node fulfils. https://nodejs.org/api/packages.html#conditional-exports */
function chosen(target: unknown): string | null {
  if (typeof target === 'string') return target
  if (typeof target !== 'object' || target === null) return null
  for (const [condition, inner] of Object.entries(target)) {
    const found = /^(?:node|node-addons|import|module-sync|default)$/.test(condition) ? chosen(inner) : null
    if (found !== null) return found
  }
  return null
}
