import { dataOf, type Finding, type Reconciliation } from '@edfi-tenants/api-client'
import { Option, type Command } from 'commander'
import type { Context } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import { tableOf } from '../output/table.js'
import type { Attach } from '../program.js'
import { Refusal } from '../refusal.js'
import { programName } from '../surroundings.js'
import { watchJob } from '../watching/watch-job.js'
import { tell } from './jobs.js'
import { given } from './options.js'

const actions: Finding['actions'] = ['adopt', 'repair', 'purge', 'forget']

interface ReconcileOptions {
  tenant?: string
  server?: string
  environment?: string
  resolve?: string
  action?: Finding['actions'][number]
  confirm?: string
  name?: string
}

/** `reconcile`. */
export function addReconcile(program: Command, attach: Attach): void {
  attach<ReconcileOptions>(
    program
      .command('reconcile [id]')
      .description(
        'compare database servers and Admin API with the records and show what does not fit; with an id, show that comparison again',
      )
      .option('--tenant <name>', 'compare only this tenant; with --action adopt: the tenant to be')
      .option('--server <name>', 'compare only this database server')
      .option('--environment <name>', 'compare only this environment')
      .option('--resolve <finding>', 'do something about this finding of the comparison with the id given')
      .addOption(new Option('--action <action>', 'what to do').choices(actions))
      .option('--confirm <subject>', 'for purge and forget: what the finding is about, again')
      .option('--name <name>', 'for adopt: the instance’s name'),
    async (context, options, [id]) => {
      if (options.resolve !== undefined) return resolve(context, options, id)
      if (options.action !== undefined || options.confirm !== undefined || options.name !== undefined)
        throw new Refusal('--action, --confirm and --name go with --resolve.')
      return id === undefined ? compare(context, options) : show(context, id)
    },
  )
}

async function compare(context: Context, { tenant, server, environment }: ReconcileOptions): Promise<number> {
  const { signal } = context.surroundings
  const api = await context.api()
  const { data } = await api.POST('/v1/reconciliations', { body: given({ tenant, server, environment }), signal })
  if (!data) throw new Error('The API has answered with nothing.')
  const job = await watchJob(context, await context.patientApi(), data.job.id)
  return job.status === 'succeeded' ? show(context, data.reconciliation.id) : tell(context, job)
}

async function show(context: Context, id: string): Promise<number> {
  const { output, surroundings } = context
  const api = await context.api()
  const found: Reconciliation = await dataOf(
    api.GET('/v1/reconciliations/{id}', { params: { path: { id } }, signal: surroundings.signal }),
  )
  output.document(found)
  const { findings, summary } = found
  const unreachable = [...(summary?.servers ?? []), ...(summary?.adminApis ?? [])].filter(
    ({ status }) => status === 'unreachable',
  )
  for (const each of unreachable)
    output.print(
      output.paint(
        'red',
        `Unreachable: ${'name' in each ? each.name : `Admin API of ${each.environment}`} (${each.reason ?? '-'})`,
      ),
    )
  if (findings.length > 0)
    output.print(
      tableOf(
        ['finding', 'kind', 'subject', 'where', 'status', 'actions', 'detail'],
        findings.map((each) => [
          each.id,
          each.kind,
          each.subject,
          each.server ?? each.environment,
          each.status,
          each.actions.join('|') || '-',
          each.detail,
        ]),
      ),
    )
  output.note(
    `Comparison ${found.id}: ${found.status}, ${summary?.instances ?? 0} instances compared, ${findings.length} findings.`,
  )
  if (findings.some(({ status }) => status === 'open'))
    output.note(
      `Resolve one: ${programName(surroundings.env)} reconcile ${found.id} --resolve <finding> --action <action>`,
    )
  return found.status === 'succeeded' && unreachable.length === 0 ? exitCodes.succeeded : exitCodes.failed
}

async function resolve(context: Context, options: ReconcileOptions, id: string | undefined): Promise<number> {
  const { resolve: findingId = '', action, confirm, tenant, name } = options
  if (id === undefined) throw new Refusal('--resolve needs the id of the comparison before it.')
  if (action === undefined) throw new Refusal('--resolve needs --action.')
  if (action === 'adopt' && (tenant === undefined || name === undefined))
    throw new Refusal('--action adopt needs --tenant and --name.')
  const api = await context.api()
  const { job } = await dataOf(
    api.POST('/v1/reconciliations/{id}/findings/{findingId}/resolve', {
      params: { path: { id, findingId } },
      body: {
        action,
        ...given({ confirm }),
        ...(action === 'adopt' && tenant !== undefined ? { adopt: { tenant, ...given({ name }) } } : {}),
      },
      signal: context.surroundings.signal,
    }),
  )
  return tell(context, await watchJob(context, await context.patientApi(), job.id))
}
