import { dataOf, type FleetHealth } from '@edfi-tenants/api-client'
import type { Command } from 'commander'
import { writeFile } from 'node:fs/promises'
import type { Context } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import type { Output } from '../output/output.js'
import { tableOf } from '../output/table.js'
import type { Attach } from '../program.js'
import { Refusal } from '../refusal.js'
import { watchBatch } from '../watching/watch-batch.js'
import { asParameters, given, keyAndValue } from './options.js'

interface HealthOptions {
  tenant?: string
  label?: Record<string, string>
  check?: boolean
  csv?: string | true
}

/** `health`. */
export function addHealth(program: Command, attach: Attach): void {
  attach(
    program
      .command('health')
      .description('how all instances stand, those that need attention first')
      .option('--tenant <name>', 'only its instances')
      .option('--label <key=value>', 'only instances with it; may be repeated', keyAndValue)
      .option('--check', 'check them all first (of the tenant, if one is given)')
      .option('--csv [file]', 'one line per instance as CSV, on stdout or into the file'),
    showHealth,
  )
}

async function showHealth(context: Context, options: HealthOptions): Promise<number> {
  const { output, surroundings } = context
  const { signal } = surroundings
  if (options.csv === true && output.json) throw new Refusal('--json and --csv both want stdout; give --csv a file.')
  const { tenant, label = {} } = options
  let hasFailed = false
  if (options.check) {
    const started = await (await context.api()).POST('/v1/health-checks', { body: given({ tenant }), signal })
    const batch = started.data?.batch
    if (batch) hasFailed = (await watchBatch(context, await context.patientApi(), batch.id)).counts.failed > 0
  }
  const api = await context.api()
  const params = { query: { ...given({ tenant }), label: asParameters('label', label) } }
  if (options.csv !== undefined) {
    const csv = await dataOf(
      api.GET('/v1/health', { params, headers: { accept: 'text/csv' }, parseAs: 'text', signal }),
    )
    if (options.csv === true) output.raw(csv)
    else await writeFile(options.csv, csv)
    if (options.csv !== true) output.note(`Written: ${options.csv}`)
    if (!output.json) return hasFailed ? exitCodes.failed : exitCodes.succeeded
  }
  const health = await dataOf(api.GET('/v1/health', { params, signal }))
  output.document(health)
  print(output, health)
  return hasFailed ? exitCodes.failed : exitCodes.succeeded
}

function print(output: Output, health: FleetHealth): void {
  const tally = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([what, count]) => `${count} ${what}`)
      .join(', ') || '-'
  const numbers = Object.entries(health.counts).flatMap(([what, count]) =>
    count === null ? [] : [`${what} ${count.toLocaleString('en')}`],
  )
  const uptime = Object.entries(health.uptime).flatMap(([time, share]) =>
    typeof share === 'number' ? [`${time} ${(share * 100).toFixed(2)} %`] : [],
  )
  output.print(
    tableOf(
      [`${health.instances} instances`, `as of ${health.asOf}`],
      [
        ['health', tally(health.byHealth)],
        ['status', tally(health.byStatus)],
        ['servers', tally(health.byServer)],
        ['ODS versions', tally(health.byOdsVersion)],
        ['counts', numbers.join(', ') || '-'],
        ['uptime', uptime.join(', ') || '-'],
      ],
    ),
  )
  if (health.attention.length === 0) return
  output.print(output.paint('yellow', `\nNeed attention (${health.attention.length}):`))
  output.print(
    tableOf(
      ['tenant', 'name', 'health', 'since', 'reason'],
      health.attention.map((each) => [each.tenant, each.name, each.status, each.since, each.reason]),
    ),
  )
}
