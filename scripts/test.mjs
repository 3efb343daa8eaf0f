/**
 * `npm test`: everything that has to hold before a change goes in. Plain JavaScript, because it runs before any package is
 * there. The last line is always `N passed, N failed, N skipped`.
 */
import { parseArgs } from 'node:util'
import { prepareBuild, prepareInstallation } from './setup/prepare.mjs'
import { repository } from './setup/repository.mjs'

const help = `npm test [-- options] [text …]

Type-check, unit, integration, conformance and end-to-end tests. With texts only the test files whose path contains one of
them, and no other checks.

  --full        the long ones too (*.full.test.ts), lint and format
  --help        this text
`

let options
try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { full: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
  })
  if (values.help) {
    process.stdout.write(help)
    process.exit(0)
  }
  options = { full: values.full, only: positionals }
} catch (error) {
  process.stderr.write(`${error.message}\n\n${help}`)
  process.exit(2)
}

const say = (text) => process.stderr.write(`${text}\n`)
try {
  await prepareInstallation(say)
  await prepareBuild(say)
  const { runTests } = await import('./dist/test/run-tests.js')
  await runTests(options, { repository, env: process.env })
} catch (error) {
  say(error.stack)
  process.stdout.write('0 passed, 1 failed, 0 skipped\n')
  process.exit(1)
}
