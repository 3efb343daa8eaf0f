import { Failure } from '@edfi-tenants/core'
import { listCredentials } from '@edfi-tenants/store'
import { attachedApplications, servingNothingElse } from '../applications/attached-applications.js'
import { defineStep, type StepContext } from '../engine/define-job.js'
import { applicationsAttached } from '../requests/assert-unused.js'

/** Looks once more at what forbids deleting an instance, since some time may have passed; from here on it is `deleting`. */
export const checkProtection = defineStep({
  name: 'check-protection',
  async run(context) {
    const { instance, saved, save } = context
    if (instance.deletionProtection)
      throw new Failure('deletion_protected', `Deletion protection was switched on for "${instance.name}".`)
    await assertUnused(context)
    const before = saved ?? { previousStatus: instance.status }
    await save({ output: before, instance: { status: 'deleting', statusReason: null } })
    return { output: before, detail: 'Nothing keeps it from being deleted.' }
  },
  undo({ saved }) {
    if (!saved) return Promise.resolve({ detail: 'Nothing had been changed.' })
    const { previousStatus: status } = saved as { previousStatus: 'active' | 'stopped' | 'failed' }
    return Promise.resolve({ instance: { status }, detail: `The instance is ${status} again.` })
  },
})

/** A purge that comes at once must not find out too late that an application stands in its way. */
async function assertUnused({ job, instance, store, adminApi, signal }: StepContext): Promise<void> {
  const { applications: mode, purge } = job.parameters
  const purgesWithThem = purge === 'now' && mode !== 'delete'
  if (mode !== 'refuse' && !purgesWithThem) return
  const credentials = await listCredentials(store.database, instance.id)
  const { foreign } = await attachedApplications(await adminApi(), instance, credentials, { signal })
  const inTheWay = mode === 'refuse' ? foreign : servingNothingElse(foreign, instance)
  if (inTheWay.length > 0) throw applicationsAttached(instance, inTheWay)
}
