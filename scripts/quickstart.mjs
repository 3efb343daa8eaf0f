/**
 * `npm run quickstart`: the whole system on a machine with only Node and npm. Plain JavaScript, because it runs before
 * any package is there.
 */
import { parseArgs } from 'node:util'
import { prepareBuild, prepareInstallation } from './setup/prepare.mjs'
import { repository } from './setup/repository.mjs'

const help = `npm run quickstart [-- options]

Starts PostgreSQL, a queue, an Admin API simulator, the API and a worker, onboards an instance through the HTTP API, and
stays up until Ctrl-C. Nothing is left afterwards.

  --once        end after the onboarding: 0 when the instance is active, its database there and it is registered
  --no-demo     onboard nothing
  --json        when ready, one line of JSON on stdout with addresses and credentials; everything else on stderr
  --port N      port of the API (default 0: a free one)
  --apis N      API processes (default 1); several share the port, connections are handed out in turn
  --workers N   worker processes (default 1)
  --help        this text
`

function refuse(reason) {
  process.stderr.write(`${reason}\n\n${help}`)
  process.exit(2)
}

function wholeNumber(name, text, least, most) {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (!(number >= least && number <= most)) refuse(`--${name} must be a whole number from ${least} to ${most}.`)
  return number
}

function readOptions() {
  let values
  try {
    const text = (value) => ({ type: 'string', default: value })
    const flag = { type: 'boolean', default: false }
    ;({ values } = parseArgs({
      options: {
        help: flag,
        once: flag,
        json: flag,
        'no-demo': flag,
        port: text('0'),
        apis: text('1'),
        workers: text('1'),
      },
    }))
  } catch (error) {
    refuse(error.message)
  }
  if (values.help) {
    process.stdout.write(help)
    process.exit(0)
  }
  if (values.once && values['no-demo']) refuse('--once is the demo and nothing else; --no-demo takes it away.')
  return {
    once: values.once,
    json: values.json,
    demo: !values['no-demo'],
    port: wholeNumber('port', values.port, 0, 65535),
    apis: wholeNumber('apis', values.apis, 1, 32),
    workers: wholeNumber('workers', values.workers, 1, 32),
  }
}

const options = readOptions()
const say = (text) => process.stderr.write(`${text}\n`)
try {
  await prepareInstallation(say)
  await prepareBuild(say)
  const { quickstart } = await import('./dist/quickstart/quickstart.js')
  await quickstart(options, { repository, env: process.env })
} catch (error) {
  say(error.message)
  process.exit(1)
}
