/**
 * Writes `.env` for docker compose with random keys and passwords, after the pattern of `.env.example`. An existing one is
 * never touched.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { repository } from './setup/repository.mjs'

const file = path.join(repository, '.env')
/** What stands in angle brackets in the example, and what is put there. None of it needs quoting in a URL or in YAML. */
const random = {
  '<password>': () => randomBytes(24).toString('hex'),
  '<key>': () => `k1:${randomBytes(32).toString('base64')}`,
}

const text = readFileSync(path.join(repository, '.env.example'), 'utf8').replace(/<(?:password|key)>/g, (placeholder) =>
  random[placeholder](),
)
try {
  writeFileSync(file, text, { flag: 'wx', mode: 0o600 })
  process.stdout.write(
    'Wrote .env with random keys and passwords. Keep it: what was sealed with its keys opens with no others.\n',
  )
} catch (error) {
  if (error.code !== 'EEXIST') throw error
  process.stdout.write('.env is there already and was left as it is.\n')
}
