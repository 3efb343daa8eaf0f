import { Failure, type DerivativeType, type JsonObject } from '@edfi-tenants/core'
import { readServerById, type Database, type InstanceRow, type JobRow } from '@edfi-tenants/store'
import { createDerivative, deleteDerivative, refreshDerivative } from '../change-derivatives.js'
import { assertCapability } from './assert-capability.js'
import { requestInstanceJob } from './request-instance-job.js'
import type { RequestOrigin } from './request-origin.js'

/** A derivative as it is asked for: a copy of ours, or the operator's own database. */
export interface DerivativeOrder {
  derivativeType: DerivativeType
  /** Absent: a copy is made. */
  registered?: { host: string; port?: number | undefined; databaseName?: string | undefined } | undefined
  /** Whether sessions may be ended where the copy needs that. */
  allowDowntime?: boolean | undefined
}

type Requested = Promise<{ job: JobRow; instance: InstanceRow }>

/**
 * Asks for a derivative, within a transaction. Fails as {@link requestInstanceJob}, and with `name_taken` when there is one
 * of the type, `not_supported`, or `outside_grant`: who names an address has ODS/API sign in there, so the login shared
 * by many tenants goes only where a client of all tenants says.
 */
export const requestDerivative = (
  database: Database,
  instanceId: string,
  origin: RequestOrigin,
  { derivativeType, registered, allowDowntime = false }: DerivativeOrder,
): Requested =>
  requestInstanceJob(database, createDerivative, instanceId, origin, {
    when: ['active', 'stopped'],
    parameters: {
      derivativeType,
      allowDowntime,
      ...(registered ? { registered: JSON.parse(JSON.stringify(registered)) as JsonObject } : {}),
    },
    details: { derivativeType },
    async check(instance) {
      if (instance.derivatives.some((row) => row.derivativeType === derivativeType))
        throw new Failure('name_taken', `The instance has a ${derivativeType} already.`)
      if (!registered) return assertCapability(database, instance, 'supportsArchive')
      const server = await readServerById({ database }, instance.serverId)
      if (server?.registeredLogin === 'shared' && origin.actor.tenants !== '*')
        throw new Failure(
          'outside_grant',
          'The login of this server is shared by all tenants; only a client of all tenants may have it used elsewhere.',
        )
    },
  })

/** Asks for a snapshot to be copied anew. Fails with `not_found` when there is none, `not_supported` for other derivatives. */
export const requestDerivativeRefresh = (
  database: Database,
  instanceId: string,
  origin: RequestOrigin,
  derivativeType: DerivativeType,
  { allowDowntime = false }: Pick<DerivativeOrder, 'allowDowntime'>,
): Requested =>
  requestInstanceJob(database, refreshDerivative, instanceId, origin, {
    when: ['active', 'stopped'],
    parameters: { derivativeType, allowDowntime },
    details: { derivativeType },
    check(instance) {
      if (onRecord(instance, derivativeType).source !== 'copy')
        throw new Failure('not_supported', 'The operator keeps this database up to date; only copies are made anew.')
    },
  })

/** Asks for a derivative to be removed. Fails with `not_found` when there is none. */
export const requestDerivativeDeletion = (
  database: Database,
  instanceId: string,
  origin: RequestOrigin,
  derivativeType: DerivativeType,
): Requested =>
  requestInstanceJob(database, deleteDerivative, instanceId, origin, {
    when: ['active', 'stopped'],
    parameters: { derivativeType },
    details: { derivativeType },
    check: (instance) => void onRecord(instance, derivativeType),
  })

function onRecord(instance: InstanceRow, derivativeType: DerivativeType) {
  const found = instance.derivatives.find((row) => row.derivativeType === derivativeType)
  if (!found) throw new Failure('not_found', `The instance has no ${derivativeType}.`)
  return found
}
