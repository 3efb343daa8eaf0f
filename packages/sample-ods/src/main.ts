/**
 * Builds one template from the command line; Docker Compose seeds the reference database server with it:
 * `node packages/sample-ods/dist/main.js <adminUrl> <databaseName> minimal|populated|large`.
 */
import { buildLargeTemplate } from './build-large-template.js'
import { buildTemplate } from './build-template.js'
import type { TemplateOutcome } from './template-database.js'

const usage = 'usage: main.js <adminUrl> <databaseName> minimal|populated|large'

async function build([adminUrl, databaseName, kind, ...rest]: string[]): Promise<TemplateOutcome> {
  if (adminUrl === undefined || databaseName === undefined || rest.length > 0) throw new Error(usage)
  if (kind === 'large') return buildLargeTemplate({ adminUrl, databaseName })
  if (kind === 'minimal' || kind === 'populated') return buildTemplate({ adminUrl, databaseName, kind })
  throw new Error(usage)
}

const args = process.argv.slice(2)
const started = performance.now()
try {
  const outcome = await build(args)
  process.stdout.write(`${args[1] ?? ''}: ${outcome} (${Math.round(performance.now() - started)} ms)\n`)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
