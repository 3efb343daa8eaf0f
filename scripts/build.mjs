/**
 * Compiles every workspace's `src` to its `dist`, and `scripts` to `scripts/dist`, with esbuild (a second for the whole tree),
 * and generates the Prisma client when the schema has changed, and the types of the API's client when the contract has.
 * Types are checked by `npm run typecheck`, not here.
 */
import { createHash } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build as esbuild, stop as stopEsbuild } from 'esbuild'
import { generateClientTypes } from './openapi/generate-client-types.mjs'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

/** The folders of all workspaces, relative to the repository. */
export function workspaces() {
  return ['packages', 'apps'].flatMap((parent) =>
    readdirSync(path.join(root, parent), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && existsSync(path.join(root, parent, entry.name, 'package.json')))
      .map((entry) => path.join(parent, entry.name)),
  )
}

/** Generates the Prisma client. It needs no schema engine, so any executable stands in for it and nothing is downloaded. */
function generatePrismaClient() {
  const schema = path.join(root, 'prisma', 'schema.prisma')
  const output = path.join(root, 'packages', 'store', 'src', 'generated')
  const stamp = path.join(output, '.schema-sha256')
  const hash = createHash('sha256').update(readFileSync(schema)).digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return
  rmSync(output, { recursive: true, force: true })
  const cli = path.join(root, 'node_modules', 'prisma', 'build', 'index.js')
  const run = spawnSync(process.execPath, [cli, 'generate', '--no-hints'], {
    cwd: root,
    encoding: 'utf8',
    env: {
      ...process.env,
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      CHECKPOINT_DISABLE: '1',
    },
  })
  if (run.status !== 0) throw new Error(`prisma generate failed:\n${run.stdout}\n${run.stderr}`)
  mkdirSync(output, { recursive: true })
  writeFileSync(stamp, hash)
}

/** Tells which sources were built last. Not in dist: that is each workspace's own. */
const buildStamp = path.join(root, 'node_modules', '.cache', 'edfi-tenants-build')

const filesBelow = (folder) =>
  readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))

/** Changes with every file that goes into a build, by name, size and time. */
function fingerprint() {
  const hash = createHash('sha256')
  const folders = [...workspaces().map((workspace) => path.join(workspace, 'src')), 'scripts']
  const own = ['prisma/schema.prisma', 'package-lock.json'].map((file) => path.join(root, file))
  for (const file of [...folders.flatMap(filesBelow), ...own].sort()) {
    // What a build itself makes.
    if (/[\\/](?:generated|dist)[\\/]/.test(path.relative(root, file))) continue
    const { size, mtimeMs } = statSync(file)
    hash.update(`${file} ${size} ${mtimeMs}\n`)
  }
  return hash.digest('hex')
}

/** Whether the last build was of the sources as they are now. */
export function isBuilt() {
  if (!existsSync(buildStamp) || readFileSync(buildStamp, 'utf8') !== fingerprint()) return false
  return ['scripts', ...workspaces()].every((folder) => existsSync(path.join(root, folder, 'dist')))
}

function compile(source, output) {
  return esbuild({
    entryPoints: filesBelow(source).filter((file) => file.endsWith('.ts')),
    outdir: path.join(root, output),
    outbase: path.join(root, source),
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'error',
  })
}

/** Builds everything. Throws with esbuild's or Prisma's own message when something does not compile. */
export async function build() {
  const sources = fingerprint()
  generatePrismaClient()
  try {
    await Promise.all([
      ...workspaces().map((workspace) => compile(path.join(workspace, 'src'), path.join(workspace, 'dist'))),
      compile('scripts', path.join('scripts', 'dist')),
    ])
  } finally {
    await stopEsbuild()
  }
  await generateClientTypes()
  // Plain JavaScript already, and run as a process of its own.
  copyFileSync(path.join(root, 'scripts/services/keeper.mjs'), path.join(root, 'scripts/dist/services/keeper.mjs'))
  mkdirSync(path.dirname(buildStamp), { recursive: true })
  writeFileSync(buildStamp, sources)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build()
