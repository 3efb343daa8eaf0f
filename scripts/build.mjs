/**
 * Compiles every workspace's `src` to its `dist` with esbuild (a second for the whole tree), and generates the Prisma
 * client when the schema has changed. Types are checked by `npm run typecheck`, not here.
 */
import { createHash } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build as esbuild } from 'esbuild'

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

/** Builds everything. Throws with esbuild's or Prisma's own message when something does not compile. */
export async function build() {
  generatePrismaClient()
  await Promise.all(
    workspaces().map(async (workspace) => {
      const source = path.join(root, workspace, 'src')
      const output = path.join(root, workspace, 'dist')
      const files = readdirSync(source, { recursive: true })
        .map(String)
        .filter((file) => file.endsWith('.ts'))
      await esbuild({
        entryPoints: files.map((file) => path.join(source, file)),
        outdir: output,
        outbase: source,
        format: 'esm',
        platform: 'node',
        target: 'node20',
        sourcemap: 'linked',
        sourcesContent: false,
        logLevel: 'error',
      })
    }),
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build()
