/**
 * The parts by themselves, with settings from the environment: `npm run api`, `npm run worker`, `npm run migrate`,
 * `npm run rotate-keys`, and `npm run cli -- …`, which alone takes arguments. Installs and builds only where nothing has
 * been installed or built at all, which a production image never needs.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { prepareBuild, prepareInstallation } from './setup/prepare.mjs'
import { repository } from './setup/repository.mjs'

const say = (text) => process.stderr.write(`${text}\n`)
const inRepository = (file) => path.join(repository, file)

const parts = {
  api: () => import('../apps/api/dist/main.js'),
  worker: () => import('../apps/worker/dist/main.js'),
  migrate: async () => (await import('./maintenance/migrate.mjs')).migrate(process.env),
  'rotate-keys': async () => (await import('./maintenance/rotate-keys.mjs')).rotate(process.env),
  cli: async () => {
    const main = inRepository('apps/cli/dist/main.js')
    process.argv.splice(1, 2, main)
    await import(pathToFileURL(main))
  },
}

const [name, ...others] = process.argv.slice(2)
if (!Object.hasOwn(parts, name ?? '') || (others.length > 0 && name !== 'cli')) {
  say(`usage: node scripts/start.mjs ${Object.keys(parts).join('|')}`)
  process.exit(2)
}
try {
  if (!existsSync(inRepository('node_modules'))) await prepareInstallation(say)
  if (!existsSync(inRepository(`apps/${name === 'cli' ? 'cli' : 'api'}/dist/main.js`))) await prepareBuild(say)
  await parts[name]()
} catch (error) {
  say(error.name === 'ConfigurationError' ? error.message : error.stack)
  process.exit(1)
}
