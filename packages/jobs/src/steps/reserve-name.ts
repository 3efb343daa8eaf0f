import { Failure } from '@edfi-tenants/core'
import { defineStep } from '../engine/define-job.js'

/**
 * Makes sure, before anything costly, that the instance can be registered: Admin API is there and speaks our version,
 * knows the tenant, and has no registration of this name. The name itself is held by the instance's row,
 * and given back when nothing is left of a job that failed.
 */
export const reserveName = defineStep({
  name: 'reserve-name',
  async run({ instance, signal, adminApi }) {
    const api = await adminApi()
    await api.checkTenant({ signal })
    const found = await api.findRegistration(instance.name, { signal })
    if (found && found.odsInstanceId !== instance.odsInstanceId)
      throw new Failure(
        'registration_name_taken',
        `Admin API already has an ODS instance named "${instance.name}" (id ${found.odsInstanceId}).`,
      )
    return { detail: `The name "${instance.name}" is free in Admin API.` }
  },
})
