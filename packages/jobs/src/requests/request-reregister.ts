import { isReservedDatabaseName } from '@edfi-tenants/core'
import type { Database, InstanceRow, JobRow } from '@edfi-tenants/store'
import { Failure } from '@edfi-tenants/core'
import { reregisterInstance } from '../reregister-instance.js'
import type { ReregisterParameters } from '../steps/claim-database.js'
import { requestInstanceJob } from './request-instance-job.js'
import type { RequestOrigin } from './request-origin.js'

/**
 * Asks for an instance to be registered again as it is on record, within a transaction. `databaseName` is for findings: a
 * database that is there under this name becomes the instance's. Fails as {@link requestInstanceJob}.
 */
export function requestReregister(
  database: Database,
  instanceId: string,
  origin: RequestOrigin,
  asked: { [Key in keyof ReregisterParameters]?: ReregisterParameters[Key] | undefined } = {},
): Promise<{ job: JobRow; instance: InstanceRow }> {
  const { odsInstanceId, databaseName } = asked
  if (databaseName !== undefined && isReservedDatabaseName(databaseName))
    throw new Failure('not_supported', `"${databaseName}" is reserved and cannot be the database of an instance.`)
  const parameters = {
    ...(odsInstanceId === undefined ? {} : { odsInstanceId }),
    ...(databaseName === undefined ? {} : { databaseName }),
  }
  return requestInstanceJob(database, reregisterInstance, instanceId, origin, {
    when: ['active', 'stopped'],
    parameters,
    details: parameters,
  })
}
