import { Failure, isReservedDatabaseName } from '@edfi-tenants/core'
import { readNameHolder, readServerById, type Database, type InstanceRow, type JobRow } from '@edfi-tenants/store'
import { renameInstance } from '../rename-instance.js'
import { assertCapability } from './assert-capability.js'
import { requestInstanceJob } from './request-instance-job.js'
import type { RequestOrigin } from './request-origin.js'
import type { BatchPlace } from './request-stop-start.js'

/** The new names; one that is absent stays as it is. */
export interface RenameRequest {
  name?: string | undefined
  databaseName?: string | undefined
}

/**
 * Asks for an instance, its database, or both to be renamed, within a transaction. Fails as `requestInstanceJob` does, or
 * with `name_taken`, `database_name_taken`, `not_supported`, or `validation_failed` for a database name that is reserved.
 */
export const requestRename = (
  database: Database,
  instanceId: string,
  origin: RequestOrigin,
  asked: RenameRequest,
  { reservedDatabaseNames, subject = {} }: { reservedDatabaseNames: readonly string[]; subject?: BatchPlace },
): Promise<{ job: JobRow; instance: InstanceRow }> => {
  const parameters: Record<string, string> = {}
  return requestInstanceJob(database, renameInstance, instanceId, origin, {
    when: ['active', 'stopped'],
    subject,
    parameters,
    details: {
      ...(asked.name === undefined ? {} : { name: asked.name }),
      ...(asked.databaseName === undefined ? {} : { databaseName: asked.databaseName }),
    },
    async check(instance) {
      parameters['name'] = asked.name ?? instance.name
      parameters['databaseName'] = asked.databaseName ?? instance.databaseName
      if (parameters['databaseName'] !== instance.databaseName) {
        await assertCapability(database, instance, 'supportsRename')
        await assertNotReserved(database, instance, parameters['databaseName'], reservedDatabaseNames)
      }
      await assertFree(database, instance, parameters['name'], parameters['databaseName'])
    },
  })
}

async function assertNotReserved(
  database: Database,
  { serverId }: InstanceRow,
  databaseName: string,
  reserved: readonly string[],
): Promise<void> {
  const server = await readServerById({ database }, serverId)
  const templates = Object.values(server?.templates ?? {}).filter((name) => typeof name === 'string')
  if (isReservedDatabaseName(databaseName, [...reserved, ...templates]))
    throw new Failure('validation_failed', 'The request is not valid.', {
      errors: [
        {
          pointer: '/databaseName',
          detail: `"${databaseName}" is reserved and cannot be the database of an instance.`,
        },
      ],
    })
}

async function assertFree(
  database: Database,
  { id, environmentId, adminTenant, serverId }: InstanceRow,
  name: string,
  databaseName: string,
): Promise<void> {
  const named = await readNameHolder(database, { environmentId, adminTenant, name })
  if (named && named.id !== id) throw new Failure('name_taken', `The name "${name}" is taken.`)
  const sameDatabase = await readNameHolder(database, { serverId, databaseName })
  if (sameDatabase && sameDatabase.id !== id)
    throw new Failure('database_name_taken', `The database name "${databaseName}" is taken on its server.`)
}
