import { Failure } from '@edfi-tenants/core'
import type { DatabaseSource } from '@edfi-tenants/provisioner'
import type { InstanceRow } from '@edfi-tenants/store'
import { pull } from '../archives/pull.js'
import { quietOperation } from '../archives/quiet-operation.js'
import type { ServerAccess, StepContext } from '../engine/define-job.js'

/** `dump`: exported while in use, piped into the new database; `template`: copied by the server, while nobody is on it. */
export type CopyMethod = 'dump' | 'template'

/** How an instance is to be copied. */
export interface CopyOrder {
  source: InstanceRow
  /** The server that the copy goes to. */
  target: ServerAccess
  /** Default: `dump` where this worker can, otherwise `template`. */
  method?: CopyMethod | undefined
  /** Whether sessions on the source may be ended. */
  allowDowntime: boolean
}

/**
 * What `createDatabase` is to copy an instance from. Fails with `instance_not_active`, `database_missing` or
 * `not_supported`; whether somebody is on the source shows only when it is copied (`source_in_use`).
 */
export async function copySource(context: StepContext, order: CopyOrder): Promise<DatabaseSource> {
  const { source, target, method, allowDowntime } = order
  if (source.status !== 'active' && source.status !== 'stopped')
    throw new Failure('instance_not_active', `The source "${source.name}" is ${source.status}.`)
  const from = await context.databaseOf(source.serverId)
  const { databaseName } = source
  const [probe] = await from.provisioner.probeDatabases(
    from.server,
    { databaseNames: [databaseName], sizes: false },
    context,
  )
  if (!probe || probe.state === 'missing')
    throw new Failure('database_missing', `There is no database "${databaseName}" on "${source.server}".`)
  const isStopped = probe.state === 'stopped'
  const named = {
    databaseName,
    ...(source.databaseIdentity === null ? {} : { identity: source.databaseIdentity }),
  }
  const format = method === 'template' || isStopped ? undefined : await commonFormat(context, from, target)
  if (format !== undefined) {
    const chunks = pull(
      (write, stop) =>
        from.provisioner.exportDatabase(from.server, named, write, { ...quietOperation(context), signal: stop }),
      context.signal,
    )
    return { kind: 'export', format, chunks }
  }
  if (method === 'dump')
    throw new Failure(
      'not_supported',
      isStopped
        ? 'A stopped instance takes no connections, those of a dump neither: copy it by `template`.'
        : 'This worker has no program that could export databases of this server.',
    )
  if (from.server.id !== target.server.id)
    throw new Failure('not_supported', 'Onto another server an instance is copied by dump only, and here it cannot be.')
  return { kind: 'copy', ...named, mayEndSessions: allowDowntime || isStopped }
}

/** A format that the one server can be exported in and the other one takes. */
async function commonFormat(
  context: StepContext,
  from: ServerAccess,
  target: ServerAccess,
): Promise<string | undefined> {
  const given = await from.provisioner.exportFormats(from.server, context)
  if (from.server.id === target.server.id) return given[0]
  const taken = await target.provisioner.exportFormats(target.server, context)
  return given.find((format) => taken.includes(format))
}

/** The method that a job's parameters ask for. */
export const methodOf = (parameters: Record<string, unknown>): CopyMethod | undefined => {
  const { method } = parameters
  return method === 'dump' || method === 'template' ? method : undefined
}
