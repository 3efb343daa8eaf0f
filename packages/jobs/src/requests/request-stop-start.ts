import { Failure } from '@edfi-tenants/core'
import type { Database, InstanceRow, JobRow } from '@edfi-tenants/store'
import { startInstance } from '../start-instance.js'
import { stopInstance } from '../stop-instance.js'
import { assertCapability } from './assert-capability.js'
import type { JobSubject } from './new-job.js'
import { requestInstanceJob } from './request-instance-job.js'
import type { RequestOrigin } from './request-origin.js'

/** Where a job stands within a batch. */
export type BatchPlace = Pick<JobSubject, 'batchId' | 'ref' | 'priority'>

/**
 * Asks for an active instance to be stopped, within a transaction. Fails as `requestInstanceJob` does, also for one that
 * is stopped already (`instance_not_active`), or with `not_supported`.
 */
export const requestStop = (
  database: Database,
  instanceId: string,
  origin: RequestOrigin,
  subject: BatchPlace = {},
): Promise<{ job: JobRow; instance: InstanceRow }> =>
  requestInstanceJob(database, stopInstance, instanceId, origin, {
    subject,
    check: (instance) => assertCapability(database, instance, 'supportsStop'),
  })

/** The same for a stopped instance to be started; `instance_not_stopped` for any other. */
export const requestStart = (
  database: Database,
  instanceId: string,
  origin: RequestOrigin,
  subject: BatchPlace = {},
): Promise<{ job: JobRow; instance: InstanceRow }> =>
  requestInstanceJob(database, startInstance, instanceId, origin, {
    when: ['provisioning', 'active', 'stopped', 'deleting', 'failed'],
    subject,
    check({ name, status }) {
      if (status !== 'stopped')
        throw new Failure('instance_not_stopped', `Instance "${name}" is ${status}.`, { extensions: { status } })
    },
  })
