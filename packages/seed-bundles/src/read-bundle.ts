import { lstat, readdir, readFile, realpath } from 'node:fs/promises'
import path from 'node:path'
import type { DatabaseEngine, JsonObject } from '@edfi-tenants/core'
import { compileSchema } from './check-parameters.js'
import type { SeedBundle, SeedBundleManifest } from './seed-bundle.js'

const namePattern = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/
const maxNameLength = 60
const scriptPattern = /^[0-9]{2,}-[A-Za-z0-9._-]+\.sql$/
const verifyFile = 'verify.sql'

/** The largest schema, in characters, that requests can be checked against. */
const maxSchemaLength = 256 * 1024

const engineFolders: readonly (readonly [DatabaseEngine, string])[] = [
  ['PostgreSql', 'postgresql'],
  ['SqlServer', 'sqlserver'],
]

/**
 * Reads the bundle in a folder: `bundle.json` (`title`, `description`, `parameters`: a JSON Schema) and, for each
 * engine it can serve, `postgresql/` or `sqlserver/` with `NN-*.sql` and, if wanted, `verify.sql`. Throws when anything
 * in it is not what it should be: a file passed over silently would be a seed that nobody misses.
 */
export async function readBundle(folder: string, name: string): Promise<SeedBundle> {
  if (!namePattern.test(name) || name.length > maxNameLength)
    throw new Error(`a name has lower-case letters, digits and single hyphens, at most ${maxNameLength}`)
  if ((await lstat(folder)).isSymbolicLink()) throw new Error('it is a symbolic link')
  const root = await realpath(folder)
  const bundle: SeedBundle = {
    manifest: { name, ...(await readDescription(root)), engines: [] },
    scripts: {},
    verify: {},
  }
  for (const [engine, engineFolder] of engineFolders) {
    const files = await listFiles(root, engineFolder)
    if (files === null) continue
    const read = async (file: string) => ({
      name: `${name}/${engineFolder}/${file}`,
      sql: await readInside(root, path.join(engineFolder, file)),
    })
    const strange = files.find((file) => file !== verifyFile && !scriptPattern.test(file))
    if (strange !== undefined)
      throw new Error(`${engineFolder}/${strange} is neither a script (NN-name.sql) nor ${verifyFile}`)
    const scripts = files.filter((file) => file !== verifyFile)
    if (scripts.length === 0) throw new Error(`${engineFolder} has no scripts`)
    bundle.manifest.engines.push(engine)
    bundle.scripts[engine] = await Promise.all(scripts.map(read))
    if (files.includes(verifyFile)) bundle.verify[engine] = await read(verifyFile)
  }
  if (bundle.manifest.engines.length === 0) throw new Error('it has no scripts for any engine')
  return bundle
}

/** In the order in which they run: by the number first. Null where there is no such folder. */
async function listFiles(root: string, engineFolder: string): Promise<string[] | null> {
  try {
    const files = await readdir(await inside(root, engineFolder))
    return files.filter((file) => !file.startsWith('.')).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

async function readDescription(root: string): Promise<Omit<SeedBundleManifest, 'name' | 'engines'>> {
  const text = await readInside(root, 'bundle.json')
  let description: unknown
  try {
    description = JSON.parse(text)
  } catch (error) {
    throw new Error(`bundle.json is not JSON: ${(error as Error).message}`, { cause: error })
  }
  if (!isObject(description)) throw new Error('bundle.json is not an object')
  const { title, description: about, parameters, ...others } = description
  for (const [key, value] of Object.entries({ title, description: about }))
    if (typeof value !== 'string' || value.trim() === '') throw new Error(`bundle.json: ${key} is not a text`)
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) throw new Error(`bundle.json: ${unknown} is not known`)
  if (!isObject(parameters) || parameters['type'] !== 'object')
    throw new Error('bundle.json: parameters is not a JSON Schema of an object')
  if (JSON.stringify(parameters).length > maxSchemaLength) throw new Error('bundle.json: parameters is too large')
  try {
    compileSchema(parameters)
  } catch (error) {
    throw new Error(`bundle.json: parameters is not a valid JSON Schema: ${(error as Error).message}`, {
      cause: error,
    })
  }
  return { title: title as string, description: about as string, parametersSchema: parameters }
}

/** The text of a file of the bundle, without the mark that some editors put before it. */
async function readInside(root: string, file: string): Promise<string> {
  const bytes = await readFile(await inside(root, file))
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new Error(`${file} is not UTF-8`, { cause: error })
  }
}

/** Where a file really is: links are followed (mounted configuration has them), but not out of the bundle. */
async function inside(root: string, file: string): Promise<string> {
  const real = await realpath(path.join(root, file))
  if (!real.startsWith(root + path.sep)) throw new Error(`${file} leads out of the bundle's folder`)
  return real
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
