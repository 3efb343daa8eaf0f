import { Failure } from '@edfi-tenants/core'
import { claimNames, readPlacement, type Database, type InstanceRow, type JobRow } from '@edfi-tenants/store'
import { nameTaken } from '../steps/record-names.js'
import { undeleteInstance } from '../undelete-instance.js'
import { assertRoomLocked } from './assert-room.js'
import { requestInstanceJob } from './request-instance-job.js'
import type { RequestOrigin } from './request-origin.js'
import type { BatchPlace } from './request-stop-start.js'

/**
 * Asks for a deleted instance to come back, within a transaction that claims its names again. Fails as
 * `requestInstanceJob` does (`instance_deleted` when it is purged), or with `instance_not_deleted`, `name_taken`,
 * `database_name_taken`, `unknown_tenant` or `instance_limit_reached`.
 */
export const requestUndelete = (
  database: Database,
  instanceId: string,
  origin: RequestOrigin,
  subject: BatchPlace = {},
): Promise<{ job: JobRow; instance: InstanceRow }> =>
  requestInstanceJob(database, undeleteInstance, instanceId, origin, {
    when: ['provisioning', 'active', 'stopped', 'deleting', 'deleted', 'failed'],
    subject,
    async check(instance) {
      const { name, status } = instance
      if (status !== 'deleted')
        throw new Failure('instance_not_deleted', `Instance "${name}" is ${status}.`, { extensions: { status } })
      await assertRoomAgain(database, instance)
      try {
        await claimNames(database, instance.id)
      } catch (error) {
        throw nameTaken(error, instance) ?? error
      }
    },
  })

/** Its place may have been taken since; without its names it was not counted. */
async function assertRoomAgain(database: Database, { tenant, serverId }: InstanceRow): Promise<void> {
  const placement = await readPlacement(database, tenant)
  if (!placement) throw new Failure('unknown_tenant', `There is no tenant "${tenant}" any more.`)
  const server = placement.servers.find(({ id }) => id === serverId)
  await assertRoomLocked(database, {
    placement,
    server: server ?? { id: serverId, name: '', maxInstances: null, instances: 0 },
  })
}
