import { cp, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const template = fileURLToPath(new URL('./template/', import.meta.url))
const namePattern = /^[a-z](?:[a-z0-9]|-(?=[a-z0-9])){1,39}$/

/**
 * Writes the package of a new provisioner to `parent/name`. Throws, with nothing written, when the name cannot be one or is
 * a built-in provisioner's, when something is there already, or when it would become one of the product's workspaces.
 */
export async function generateProvisioner({ name, parent, repository }) {
  if (!namePattern.test(name))
    throw new Error(
      `"${name}" cannot be the name: 2 to 40 lower-case letters, digits and single hyphens between them, a letter first.`,
    )
  const folder = path.join(parent, name)
  const workspaces = ['packages', 'apps'].map((each) => path.join(repository, each))
  if (workspaces.some((each) => !path.relative(each, folder).startsWith('..')))
    throw new Error(`${folder} would become a workspace of the product; choose another folder with --in.`)
  const taken = (await readdir(workspaces[0])).map((each) => each.replace(/^provisioner-/, ''))
  if (taken.includes(name)) throw new Error(`"${name}" is the name of a provisioner or package of the product.`)

  const { contractVersion } = await import(
    pathToFileURL(path.join(repository, 'packages/provisioner/dist/index.js')).href
  )
  // Not under its name before it is whole.
  const unfinished = path.join(parent, `.${name}.${process.pid}.unfinished`)
  await mkdir(parent, { recursive: true })
  try {
    await cp(template, unfinished, { recursive: true, errorOnExist: true, force: false })
    const words = { __NAME__: name, __FOLDER__: folder, __CONTRACT_VERSION__: String(contractVersion) }
    await fillIn(unfinished, words)
    await writeManifest(unfinished, folder, name, repository)
    await linkPackages(unfinished, repository)
    await moveTo(unfinished, folder)
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    throw error
  }
  return { folder, entry: folder }
}

async function fillIn(folder, words) {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = path.join(entry.parentPath, entry.name)
    const text = await readFile(file, 'utf8')
    await writeFile(
      file,
      text.replace(/__[A-Z_]+?__/g, (word) => words[word] ?? word),
    )
  }
}

async function writeManifest(folder, final, name, repository) {
  const { version } = JSON.parse(await readFile(path.join(repository, 'packages/provisioner/package.json'), 'utf8'))
  const { devDependencies, engines } = JSON.parse(await readFile(path.join(repository, 'package.json'), 'utf8'))
  const local = (workspace) =>
    `file:${path
      .relative(final, path.join(repository, 'packages', workspace))
      .split(path.sep)
      .join('/')}`
  const manifest = {
    name: `provisioner-${name}`,
    version: '0.1.0',
    private: true,
    description: `Provisioner for ${name}.`,
    type: 'module',
    main: 'index.js',
    exports: './index.js',
    files: ['index.js', 'src'],
    engines,
    scripts: { test: 'node node_modules/mocha/bin/mocha.js --exit test/*.test.js' },
    peerDependencies: { '@edfi-tenants/core': version, '@edfi-tenants/provisioner': version },
    devDependencies: {
      '@edfi-tenants/core': local('core'),
      '@edfi-tenants/provisioner': local('provisioner'),
      mocha: devDependencies.mocha,
    },
  }
  await writeFile(path.join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  await writeFile(path.join(folder, '.gitignore'), 'node_modules/\n')
}

/** What `npm install` would link too: the packages of the product are in no registry. */
async function linkPackages(folder, repository) {
  const modules = path.join(folder, 'node_modules')
  await mkdir(path.join(modules, '@edfi-tenants'), { recursive: true })
  for (const workspace of ['core', 'provisioner'])
    await symlink(
      path.join(repository, 'packages', workspace),
      path.join(modules, '@edfi-tenants', workspace),
      'junction',
    )
  await symlink(path.join(repository, 'node_modules/mocha'), path.join(modules, 'mocha'), 'junction')
}

/** A folder is made first: that fails where anything has the name, and an empty folder of ours can be replaced. */
async function moveTo(from, to) {
  try {
    await mkdir(to)
  } catch (error) {
    if (error.code === 'EEXIST') throw new Error(`${to} is there already; it was not touched.`, { cause: error })
    throw error
  }
  // Windows replaces no folder.
  if (process.platform === 'win32') await rm(to, { recursive: true })
  await rename(from, to)
}
