/** `npm run new-provisioner -- NAME`: a package of its own to begin a provisioner with. */
import path from 'node:path'
import { parseArgs } from 'node:util'
import { generateProvisioner } from './new-provisioner/generate-provisioner.mjs'
import { prepareBuild, prepareInstallation } from './setup/prepare.mjs'
import { repository } from './setup/repository.mjs'

const help = `npm run new-provisioner -- NAME [--in FOLDER]

Writes the beginning of a provisioner into FOLDER/NAME (default: the current folder): a package outside of the workspaces
that a worker loads at once, and its test, the conformance suite. NAME is what \`engine\` of a database server will say:
lower-case letters, digits and hyphens. Nothing that is there is overwritten.
`

const say = (text) => process.stderr.write(`${text}\n`)

function readOptions() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { in: { type: 'string' }, help: { type: 'boolean', default: false } },
    })
    if (values.help) {
      process.stdout.write(help)
      process.exit(0)
    }
    if (positionals.length !== 1) throw new Error('One NAME is needed.')
    return { name: positionals[0], parent: path.resolve(values.in ?? '.') }
  } catch (error) {
    say(`${error.message}\n\n${help}`)
    process.exit(2)
  }
}

const options = readOptions()
try {
  // The contract's version is read from the packages, and the new package uses them.
  await prepareInstallation(say)
  await prepareBuild(say)
  const { folder, entry } = await generateProvisioner({ ...options, repository })
  process.stdout.write(`Written to ${folder}

Next:
  1. read ${path.join(folder, 'README.md')} and docs/adding-a-provisioner.md
  2. fill in src/connect.js, the session that the operations are written on
  3. cd ${folder} && npm test
  4. PROVISIONERS=postgresql,${entry} npm run worker
`)
} catch (error) {
  say(error.message)
  process.exit(1)
}
