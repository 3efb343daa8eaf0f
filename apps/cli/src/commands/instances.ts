import { allItems, dataOf, type Instance } from '@edfi-tenants/api-client'
import { Option, type Command } from 'commander'
import type { Context } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import { tableOf } from '../output/table.js'
import type { Attach } from '../program.js'
import { asParameters, given, keyAndValue, wholeNumber } from './options.js'

const statuses: Instance['status'][] = ['provisioning', 'active', 'stopped', 'deleting', 'deleted', 'purged', 'failed']
const healths: Instance['health']['status'][] = ['healthy', 'degraded', 'unreachable', 'stopped', 'unknown']

interface InstancesOptions {
  tenant?: string
  status?: Instance['status']
  server?: string
  health?: Instance['health']['status']
  name?: string
  databaseName?: string
  odsInstanceId?: number
  label?: Record<string, string>
  context?: Record<string, string>
}

/** `instances`. */
export function addInstances(program: Command, attach: Attach): void {
  attach(
    program
      .command('instances')
      .description('list instances, newest first; all filters given must fit')
      .option('--tenant <name>')
      .addOption(new Option('--status <status>').choices(statuses))
      .option('--server <name>', 'database server')
      .addOption(new Option('--health <status>').choices(healths))
      .option('--name <name>', 'the whole name, ignoring case')
      .option('--database-name <name>', 'the whole name, ignoring case')
      .option('--ods-instance-id <id>', 'id in Admin API', wholeNumber(1))
      .option('--label <key=value>', 'may be repeated', keyAndValue)
      .option('--context <key=value>', 'may be repeated', keyAndValue),
    listInstances,
  )
}

async function listInstances(context: Context, options: InstancesOptions): Promise<number> {
  const { output, surroundings } = context
  const {
    tenant,
    status,
    server,
    health,
    name,
    databaseName,
    odsInstanceId,
    label = {},
    context: contexts = {},
  } = options
  const filters = {
    ...given({ tenant, status, server, health, name, databaseName, odsInstanceId }),
    label: asParameters('label', label),
    context: asParameters('context', contexts),
  }
  const api = await context.api()
  const page = (cursor: string | undefined) =>
    dataOf(
      api.GET('/v1/instances', {
        params: { query: { ...filters, limit: 200, ...given({ cursor }) } },
        signal: surroundings.signal,
      }),
    )
  const instances: Instance[] = []
  for await (const instance of allItems<Instance>(page)) instances.push(instance)
  output.document({ items: instances })
  if (instances.length > 0)
    output.print(
      tableOf(
        ['tenant', 'name', 'status', 'health', 'server', 'database', 'odsInstanceId', 'id'],
        instances.map((each) => [
          each.tenant,
          each.name,
          each.status,
          each.health.status,
          each.server,
          each.databaseName,
          each.odsInstanceId,
          each.id,
        ]),
      ),
    )
  output.note(`${instances.length} ${instances.length === 1 ? 'instance' : 'instances'}.`)
  return exitCodes.succeeded
}
