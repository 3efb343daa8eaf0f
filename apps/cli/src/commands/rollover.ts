import { dataOf, type RolloverPlan, type RolloverRequest } from '@edfi-tenants/api-client'
import { Option, type Command } from 'commander'
import type { Context } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import { durationOf } from '../output/duration.js'
import type { Output } from '../output/output.js'
import { tableOf } from '../output/table.js'
import type { Attach } from '../program.js'
import { Refusal } from '../refusal.js'
import { programName } from '../surroundings.js'
import { tellBatch } from '../watching/tell-batch.js'
import { watchBatch } from '../watching/watch-batch.js'
import { given, keyAndValue, wholeNumber } from './options.js'

interface RolloverOptions {
  from: number
  to: number
  tenant?: string[]
  label?: Record<string, string>
  context?: Record<string, string>
  server?: string
  method: RolloverRequest['method']
  template?: string
  naming?: string
  displayNaming?: string
  databaseNaming?: string
  onServer?: string
  attachCredentials?: boolean
  skipUnmatched?: boolean
  protect?: boolean
  after?: NonNullable<RolloverRequest['after']>
  plan?: boolean
  run?: boolean
  watch?: boolean
  out?: string
  maxParallel?: number
  stopAfterFailures?: number
  canary?: number
}

/** `rollover`. */
export function addRollover(program: Command, attach: Attach): void {
  attach<RolloverOptions>(
    program
      .command('rollover')
      .description('make next school year’s instances from this year’s')
      .requiredOption('--from <year>', 'the school year that there is, by the year in which it ends', wholeNumber(1950))
      .requiredOption('--to <year>', 'the school year to make', wholeNumber(1950))
      .option('--tenant <name...>', 'only of these (default: all)')
      .option('--label <key=value>', 'only instances with it; may be repeated', keyAndValue)
      .option('--context <key=value>', 'only instances with it; may be repeated', keyAndValue)
      .option('--server <name>', 'only instances on this database server')
      .addOption(
        new Option('--method <method>', 'without last year’s data, or with it')
          .choices(['template', 'clone'])
          .default('template'),
      )
      .option('--template <name>', 'for the method template (default: the one each was made from)')
      .option('--naming <pattern>', 'of names, such as "{label.district} {toYear}" (default: the year in it replaced)')
      .option('--display-naming <pattern>', 'of display names')
      .option('--database-naming <pattern>', 'of databases')
      .option('--on-server <name>', 'where the new ones go (default: where the old ones are)')
      .option('--attach-credentials', 'let last year’s keys serve the new instances too')
      .option('--skip-unmatched', 'leave out instances that say no school year, instead of refusing')
      .option('--protect', 'protect the new instances from deletion')
      .addOption(
        new Option('--after <what>', 'done with last year’s once all new ones are there').choices([
          'none',
          'stop',
          'archive',
        ]),
      )
      .option('--plan', 'show what would be done and change nothing (default)')
      .option('--run', 'do it')
      .option('--watch', 'with --run: until all have ended')
      .option('--out <file>', 'with --run: watch, then write what became of each, as CSV (or .jsonl)')
      .option('--max-parallel <n>', 'how many may be at work at once', wholeNumber(1))
      .option('--stop-after-failures <n>', 'pause after so many failures', wholeNumber(1))
      .option('--canary <n>', 'the first so many must succeed before the rest begins', wholeNumber(1)),
    rollover,
  )
}

async function rollover(context: Context, options: RolloverOptions): Promise<number> {
  const { output, surroundings } = context
  const { signal, env } = surroundings
  const { plan, run, watch, out } = options
  if (plan && run) throw new Refusal('--plan or --run, not both.')
  if (!run && (watch || out !== undefined)) throw new Refusal('--watch and --out go with --run.')
  const api = await context.api()
  const body = requestOf(options)
  if (!run) {
    const answer = await dataOf(
      api.POST('/v1/batches/rollover', { params: { query: { validateOnly: true } }, body, signal }),
    )
    const planned = answer as RolloverPlan
    output.document(planned)
    printPlan(output, planned)
    output.note(
      planned.valid ? 'Nothing was started. To do it: the same with --run.' : 'It cannot be started as it is.',
    )
    return planned.valid ? exitCodes.succeeded : exitCodes.refused
  }
  context.ifInterrupted('Interrupted while it was asked for. Ask again: what has been taken counts as unchanged.')
  const { data } = await api.POST('/v1/batches/rollover', { body, signal })
  if (!data || !('batch' in data)) throw new Error('The API has answered without a batch.')
  const { batch } = data
  output.note(`Batch ${batch.id}: ${batch.total} instances.`)
  if (!watch && out === undefined) {
    output.document({ batch })
    output.print(`Started. To watch it: ${programName(env)} batch watch ${batch.id}`)
    return exitCodes.succeeded
  }
  const patient = await context.patientApi()
  return tellBatch(context, patient, await watchBatch(context, patient, batch.id), { out })
}

function requestOf(options: RolloverOptions): RolloverRequest {
  const { label: labels, context: contexts, server, maxParallel, stopAfterFailures, canary } = options
  const selector = given({ labels, contexts, server })
  const naming = given({
    name: options.naming,
    displayName: options.displayNaming,
    databaseName: options.databaseNaming,
  })
  const batch = given({ maxParallel, stopAfterFailures, canary })
  const some = <T extends object>(part: T): T | undefined => (Object.keys(part).length > 0 ? part : undefined)
  return {
    fromYear: options.from,
    toYear: options.to,
    method: options.method,
    ...given({
      tenants: options.tenant,
      selector: some(selector),
      template: options.template,
      naming: some(naming),
      server: options.onServer,
      attachCredentials: options.attachCredentials,
      skipUnmatched: options.skipUnmatched,
      deletionProtection: options.protect,
      after: options.after,
      options: some(batch),
    }),
  }
}

/** How many successions of a plan are shown; `--json` has all. */
const shownRows = 50

function printPlan(output: Output, plan: RolloverPlan): void {
  const conflicts = plan.instances.flatMap((each) => each.conflicts.map((conflict) => ({ ...conflict, of: each.from })))
  if (plan.instances.length > 0)
    output.print(
      tableOf(
        ['tenant', 'from', 'to', 'database', 'server', 'template', ''],
        plan.instances
          .slice(0, shownRows)
          .map(({ from, to, outcome }) => [
            from.tenant,
            from.name,
            to.name,
            to.databaseName,
            to.server,
            to.template,
            outcome === 'job' ? '' : outcome,
          ]),
      ),
    )
  if (plan.instances.length > shownRows)
    output.print(`… and ${plan.instances.length - shownRows} more; --json shows all.`)
  for (const { of, field, detail } of conflicts)
    output.print(output.paint('red', `${of.tenant}/${of.name}: ${field}: ${detail}`))
  for (const { tenant, name } of plan.leftOut.unmatched) output.print(`${tenant}/${name}: says no school year.`)
  const { job, unchanged, invalid } = plan.counts
  const time = plan.estimatedDurationMs === null ? '' : `; about ${durationOf(plan.estimatedDurationMs / 1000)}`
  output.print(`${job} to be made, ${unchanged} unchanged, ${invalid} with conflicts${time}.`)
}
