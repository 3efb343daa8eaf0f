import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Who may import whom: each line only those before it. A workspace that is not named here fails the test. */
const layers = [
  ['core', 'sample-ods', 'admin-api-simulator', 'api-client'],
  ['tracing'],
  ['runtime', 'contract', 'store', 'queue', 'provisioner', 'admin-api', 'archive-storage', 'seed-bundles', 'hooks'],
  ['ods-api'],
  ['provisioner-mssql', 'provisioner-postgresql', 'jobs'],
  ['provisioner-azure-sql', 'provisioner-aws-rds-sqlserver'],
  ['api', 'worker', 'cli'],
]

interface Manifest {
  name: string
  dependencies?: Record<string, string>
}

const workspaces = ['packages', 'apps'].flatMap((parent) =>
  readdirSync(path.join(root, parent)).map((name) => {
    const folder = path.join(root, parent, name)
    const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as Manifest
    return { name, folder, dependencies: Object.keys(manifest.dependencies ?? {}) }
  }),
)

const sources = (folder: string, generated = false): string[] =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .filter((file) => file.endsWith('.ts') && (generated || !file.startsWith('generated')))
    .map((file) => path.join(folder, file))

const tracked = (folder: string, pattern: RegExp): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    // A template's documents are about what is made from it.
    if (/^(node_modules|dist|generated|template|\.git|\.quickstart)$/.test(entry.name)) return []
    const file = path.join(folder, entry.name)
    return entry.isDirectory() ? tracked(file, pattern) : pattern.test(entry.name) ? [file] : []
  })

describe('the repository', () => {
  it('has arrows in one direction only', () => {
    const layerOf = (name: string) => layers.findIndex((layer) => layer.includes(name))
    for (const { name, dependencies } of workspaces) {
      expect(layerOf(name), `${name} has no layer`).to.be.at.least(0)
      for (const dependency of dependencies.filter((each) => each.startsWith('@edfi-tenants/'))) {
        const target = dependency.slice('@edfi-tenants/'.length)
        expect(layerOf(target), `${name} → ${target}`).to.be.lessThan(layerOf(name))
      }
    }
  })

  it('uses every dependency that a workspace names', () => {
    for (const { name, folder, dependencies } of workspaces) {
      const text = sources(path.join(folder, 'src'), true)
        .map((file) => readFileSync(file, 'utf8'))
        .join('\n')
      for (const dependency of dependencies)
        expect(
          text.includes(`'${dependency}`) || text.includes(`"${dependency}`),
          `${name} names ${dependency} and does not use it`,
        ).to.equal(true)
    }
  })

  it('makes clients of Prisma, BullMQ and Redis in one place each, and reads the environment in one package', () => {
    const allowed: [RegExp, RegExp][] = [
      [/new PrismaClient\(/, /packages\/store\/src\/prisma-client\.ts$/],
      [/from 'bullmq'/, /packages\/queue\/src\//],
      [/process\.env/, /packages\/runtime\/src\/|\/src\/main\.ts$/],
    ]
    for (const { folder } of workspaces)
      for (const file of sources(path.join(folder, 'src')))
        for (const [what, where] of allowed)
          if (what.test(readFileSync(file, 'utf8').replace(/\/\*.*?\*\/|\/\/.*$/gms, '')))
            expect(file.replaceAll('\\', '/')).to.match(where)
  })

  it('names only files that exist in its documents', () => {
    for (const file of tracked(root, /\.md$/)) {
      const text = readFileSync(file, 'utf8')
      for (const [, target = ''] of text.matchAll(/\]\((?!https?:|#|mailto:|\/)([^)#\s]+)[^)]*\)/g))
        expect(
          existsSync(path.resolve(path.dirname(file), target)),
          `${path.relative(root, file)} links to ${target}`,
        ).to.equal(true)
      for (const [, target = ''] of text.matchAll(/`((?:apps|packages|prisma|scripts|test|bench|docs)\/[\w./-]+)`/g))
        expect(existsSync(path.join(root, target)), `${path.relative(root, file)} names ${target}`).to.equal(true)
    }
  })
})
