import { Failure, isReservedDatabaseName } from '@edfi-tenants/core'
import {
  readNameHolder,
  readPlacement,
  readServerById,
  type Database,
  type InstanceRow,
  type JobRow,
} from '@edfi-tenants/store'
import type { NewPlace } from '../relocation/new-place.js'
import { relocateInstance } from '../relocate-instance.js'
import { assertCapability } from './assert-capability.js'
import { assertRoom } from './assert-room.js'
import { requestInstanceJob } from './request-instance-job.js'
import type { RequestOrigin } from './request-origin.js'

/** Where an instance is to be moved. */
export interface RelocationBody {
  server: string
  /** Default: the name it has. */
  databaseName?: string | undefined
}

/**
 * Asks for an active instance to be moved to another database server, within a transaction. Fails as
 * {@link requestInstanceJob}, or with `unknown_server`, `engine_mismatch`, `database_name_taken`,
 * `instance_limit_reached`, `not_supported`, or `validation_failed`.
 */
export async function requestRelocate(
  database: Database,
  instance: InstanceRow,
  origin: RequestOrigin,
  body: RelocationBody,
  { reservedDatabaseNames }: { reservedDatabaseNames: readonly string[] },
): Promise<{ job: JobRow; instance: InstanceRow }> {
  const target = await findTarget(database, instance, body.server)
  const place: NewPlace = { serverId: target.id, databaseName: body.databaseName ?? instance.databaseName }
  return requestInstanceJob(database, relocateInstance, instance.id, origin, {
    parameters: { ...place },
    details: { server: target.name, databaseName: place.databaseName },
    async check(locked) {
      if (locked.serverId === target.id) throw alreadyThere()
      await assertCapability(database, locked, 'supportsArchive')
      const templates = Object.values(target.templates).filter((name) => typeof name === 'string')
      if (isReservedDatabaseName(place.databaseName, [...reservedDatabaseNames, ...templates]))
        throw invalid('/databaseName', 'is reserved there and cannot be the database of an instance')
      if (await readNameHolder(database, { serverId: target.id, databaseName: place.databaseName }))
        throw new Failure('database_name_taken', `"${place.databaseName}" is taken on "${target.name}".`)
      if (locked.derivatives.some(({ source }) => source === 'copy'))
        throw new Failure('not_supported', 'Its snapshot cannot be moved along; delete it first.')
    },
  })
}

async function findTarget(database: Database, instance: InstanceRow, name: string) {
  const placement = await readPlacement(database, instance.tenant)
  const target = placement?.servers.find((server) => server.name.toLowerCase() === name.toLowerCase())
  if (!placement || !target)
    throw new Failure('unknown_server', `There is no database server "${name}" for tenant "${instance.tenant}".`)
  if (target.id === instance.serverId) throw alreadyThere()
  const current = await readServerById({ database }, instance.serverId)
  if (current?.engine !== target.engine)
    throw new Failure('engine_mismatch', `"${target.name}" is served by another provisioner than "${instance.server}".`)
  if (current.workerPool !== target.workerPool)
    throw new Failure('not_supported', 'No worker reaches both database servers: they belong to different pools.')
  assertRoom({ placement: { ...placement, maxInstances: null }, server: target })
  return target
}

const alreadyThere = (): Failure => invalid('/server', 'is where the instance is already')

const invalid = (pointer: string, detail: string): Failure =>
  new Failure('validation_failed', 'The request is not valid.', { errors: [{ pointer, detail }] })
