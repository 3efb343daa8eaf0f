import { Failure } from '@edfi-tenants/core'
import type { Database, InstanceRow, JobRow } from '@edfi-tenants/store'
import { releaseInstance } from '../release-instance.js'
import type { ReleaseParameters } from '../steps/release-instance.js'
import { assertDeletable, type DeletePolicy } from './request-delete-instance.js'
import { requestInstanceJob, wrongStatus } from './request-instance-job.js'
import type { RequestOrigin } from './request-origin.js'

/**
 * Asks for an instance to be let go of, within a transaction. What forbids deleting it forbids this as well, since
 * afterwards nobody looks after it any more: fails as `assertDeletable` and `requestInstanceJob` do.
 */
export const requestRelease = (
  database: Database,
  instanceId: string,
  origin: RequestOrigin,
  { confirm, registration }: ReleaseParameters & { confirm: string },
  policy: Pick<DeletePolicy, 'allowDelete'>,
): Promise<{ job: JobRow; instance: InstanceRow }> =>
  requestInstanceJob(database, releaseInstance, instanceId, origin, {
    when: ['active', 'stopped', 'failed'],
    parameters: { registration },
    details: { registration },
    check(instance) {
      if (instance.status === 'failed' && !instance.nameHeld)
        throw new Failure('instance_not_active', 'Nothing is left of the instance.')
      if (instance.status === 'deleted') throw wrongStatus(instance)
      assertDeletable(instance, { confirm, purge: 'scheduled' }, policy)
    },
  })
