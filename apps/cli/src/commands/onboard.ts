import type { BatchPlan } from '@edfi-tenants/api-client'
import { Option, type Command } from 'commander'
import type { Context } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import { readRows, formats, type Format } from '../onboarding/read-rows.js'
import { planBatch, startBatch } from '../onboarding/send-batch.js'
import { templateFile } from '../onboarding/template.js'
import { durationOf } from '../output/duration.js'
import type { Output } from '../output/output.js'
import { tableOf } from '../output/table.js'
import type { Attach } from '../program.js'
import { Refusal } from '../refusal.js'
import { programName } from '../surroundings.js'
import { tellBatch } from '../watching/tell-batch.js'
import { watchBatch } from '../watching/watch-batch.js'
import { given, wholeNumber } from './options.js'

interface OnboardOptions {
  plan?: boolean
  run?: boolean
  watch?: boolean
  out?: string
  format?: Format
  maxParallel?: number
  stopAfterFailures?: number
  canary?: number
  vendorNamespacePrefix?: string[]
  vendorContactName?: string
  vendorContactEmail?: string
  template?: boolean
}

/** `onboard`. */
export function addOnboard(program: Command, attach: Attach): void {
  attach<OnboardOptions>(
    program
      .command('onboard [file]')
      .description('create an instance for each row of a CSV or JSON Lines file; - is stdin')
      .option('--plan', 'show what would be done and change nothing (default)')
      .option('--run', 'do it')
      .option('--watch', 'with --run: until all have ended')
      .option('--out <file>', 'with --run: watch, then write what became of each row, as CSV (or .jsonl)')
      .addOption(new Option('--format <format>', 'of the file (default: by its name)').choices([...formats]))
      .option('--max-parallel <n>', 'how many may be at work at once', wholeNumber(1))
      .option('--stop-after-failures <n>', 'pause after so many failures', wholeNumber(1))
      .option('--canary <n>', 'the first so many must succeed before the rest begins', wholeNumber(1))
      .option(
        '--vendor-namespace-prefix <uri...>',
        'for vendors that Admin API does not have yet (default: uri:// and the vendor)',
      )
      .option('--vendor-contact-name <name>', 'for such vendors (default: the vendor)')
      .option('--vendor-contact-email <address>', 'for such vendors (default: an address that reaches nobody)')
      .option('--template', 'print a CSV file to begin with, and nothing else'),
    onboard,
  )
}

async function onboard(context: Context, options: OnboardOptions, [file]: readonly string[]): Promise<number> {
  const { output, surroundings } = context
  if (options.template) {
    output.raw(templateFile())
    return exitCodes.succeeded
  }
  if (file === undefined) throw new Refusal('Which file? `onboard --template` prints one to begin with.')
  if (options.plan && options.run) throw new Refusal('--plan or --run, not both.')
  if (!options.run && (options.watch || options.out !== undefined))
    throw new Refusal('--watch and --out go with --run.')
  const rows = await readRows(file, {
    stdin: surroundings.stdin,
    ...given({
      format: options.format,
      vendorNamespacePrefixes: options.vendorNamespacePrefix,
      vendorContactName: options.vendorContactName,
      vendorContactEmail: options.vendorContactEmail,
    }),
  })
  const { maxParallel, stopAfterFailures, canary } = options
  const send = { options: given({ maxParallel, stopAfterFailures, canary }), signal: surroundings.signal }
  const api = await context.api()
  const program = programName(surroundings.env)
  if (!options.run) {
    const plan = await planBatch(api, rows, send)
    output.document(plan)
    printPlan(output, plan)
    output.note(`Nothing was started. To do it: ${program} onboard ${file} --run --watch`)
    return exitCodes.succeeded
  }

  context.ifInterrupted('Interrupted while the file was sent. Send it again: what has been taken counts as unchanged.')
  const batch = await startBatch(api, rows, send)
  output.note(`Batch ${batch.id}: ${batch.total} instances.`)
  if (!options.watch && options.out === undefined) {
    output.document({ batch })
    output.print(`Started. To watch it: ${program} batch watch ${batch.id}`)
    return exitCodes.succeeded
  }
  const patient = await context.patientApi()
  return tellBatch(context, patient, await watchBatch(context, patient, batch.id), { out: options.out })
}

/** How many rows of a plan are shown; `--json` has all. */
const shownRows = 50

function printPlan(output: Output, plan: BatchPlan): void {
  output.print(
    tableOf(
      ['ref', 'tenant', 'name', 'database', 'server', 'template', ''],
      plan.items
        .slice(0, shownRows)
        .map((item) => [
          item.ref,
          item.tenant,
          item.name,
          item.databaseName,
          item.server,
          item.template,
          item.outcome === 'unchanged' ? 'unchanged' : '',
        ]),
    ),
  )
  if (plan.items.length > shownRows) output.print(`… and ${plan.items.length - shownRows} more; --json shows all.`)
  for (const { server, instances, added, jobs, maxConcurrency } of plan.capacity.servers)
    output.print(
      `Server ${server}: ${instances} instances now, ${added} more; ${jobs} jobs, ${maxConcurrency} at a time.`,
    )
  const { job, unchanged } = plan.counts
  const time =
    plan.estimatedDurationMs === null
      ? 'how long it takes is not known yet'
      : `about ${durationOf(plan.estimatedDurationMs / 1000)}`
  output.print(`${job} to be created, ${unchanged} unchanged; ${time}.`)
}
