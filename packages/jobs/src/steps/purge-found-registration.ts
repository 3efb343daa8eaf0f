import { Failure } from '@edfi-tenants/core'
import { readAdminApisToCompare, readOnRecord } from '@edfi-tenants/store'
import { defineStep } from '../engine/define-job.js'
import { compareOthers } from '../reconciliation/compare-registrations.js'

/** A registration that is to be deleted, as its job's parameters hold it. */
export interface UnwantedRegistration {
  environmentId: string
  adminTenant: string
  odsInstanceId: number
  name: string
}

/** Deletes an unfinished registration of ours, after having looked once more whether it still is one. */
export const purgeFoundRegistration = defineStep({
  name: 'remove-registration',
  async run(context) {
    const { store, signal, fence } = context
    const { environmentId, adminTenant, odsInstanceId, name } = context.job
      .parameters as unknown as UnwantedRegistration
    const api = await context.adminApiOf(environmentId, adminTenant)
    const found = await api.readRegistration(odsInstanceId, { signal })
    if (!found) return { detail: `ODS instance ${odsInstanceId} is not there any more.` }
    const records = await readOnRecord(store.database)
    const adminApi = (await readAdminApisToCompare(store.database, null)).find(
      (each) => each.environmentId === environmentId && each.adminTenant.toLowerCase() === adminTenant.toLowerCase(),
    )
    const view = adminApi && { adminApi, registrations: new Map([[odsInstanceId, found]]) }
    const isUnwanted = view && compareOthers(view, records).some(({ actions }) => actions.includes('purge'))
    if (found.name !== name || !isUnwanted)
      throw new Failure(
        'finding_not_open',
        `ODS instance ${odsInstanceId} ("${found.name}") is not as it was found; it was left alone.`,
      )
    await api.deleteRegistration(odsInstanceId, { signal, fence })
    return { detail: `ODS instance ${odsInstanceId} ("${name}") was deleted in Admin API.` }
  },
})
