import { Failure } from '@edfi-tenants/core'
import { readNameHolder, readRegisteredInstance } from '@edfi-tenants/store'
import { adoptParameters } from '../adoption/adopted.js'
import { defineStep } from '../engine/define-job.js'
import { reserveName } from './reserve-name.js'

/** As for every new instance; a registration that is to be taken over must be there and be no other instance's. */
export const reserveRegistration = defineStep({
  name: 'reserve-name',
  async run(context) {
    const { odsInstanceId } = adoptParameters(context)
    if (odsInstanceId === undefined) return reserveName.run(context)
    const { instance, signal, store } = context
    const api = await context.adminApi()
    await api.checkTenant({ signal })
    const found = await api.readRegistration(odsInstanceId, { signal })
    if (!found) throw new Failure('registration_missing', `Admin API has no ODS instance ${odsInstanceId}.`)
    const { environmentId, adminTenant } = instance
    const registered = await readRegisteredInstance(store.database, { environmentId, adminTenant, odsInstanceId })
    const named = await readNameHolder(store.database, { environmentId, adminTenant, name: found.name })
    if ((registered && registered.id !== instance.id) || (named && named.id !== instance.id))
      throw new Failure('registration_differs', `ODS instance ${odsInstanceId} is another instance’s.`)
    const namesake = await api.findRegistration(instance.name, { signal })
    if (namesake && namesake.odsInstanceId !== odsInstanceId)
      throw new Failure(
        'registration_name_taken',
        `Admin API already has an ODS instance named "${instance.name}" (id ${namesake.odsInstanceId}).`,
      )
    return { detail: `ODS instance ${odsInstanceId} ("${found.name}") is there and is no instance of ours.` }
  },
})
