import { Failure } from '@edfi-tenants/core'
import { readNameHolder } from '@edfi-tenants/store'
import { defineStep } from '../engine/define-job.js'
import { newNames } from './rename.js'

/** Makes sure, before anything is changed, that the new names are free: on our record, and in Admin API. */
export const reserveNewNames = defineStep({
  name: 'reserve-name',
  async run(context) {
    const { instance, store, signal } = context
    const { name, databaseName } = newNames(context)
    const { id, environmentId, adminTenant, serverId } = instance
    const isAnothers = (holder: { id: string } | null): boolean => holder !== null && holder.id !== id
    if (isAnothers(await readNameHolder(store.database, { environmentId, adminTenant, name })))
      throw new Failure('name_taken', `Another instance is called "${name}".`)
    if (isAnothers(await readNameHolder(store.database, { serverId, databaseName })))
      throw new Failure('database_name_taken', `The database name "${databaseName}" is taken by another instance.`)
    const found = await (await context.adminApi()).findRegistration(name, { signal })
    if (found && found.odsInstanceId !== instance.odsInstanceId)
      throw new Failure(
        'registration_name_taken',
        `Admin API already has an ODS instance named "${name}" (id ${found.odsInstanceId}).`,
      )
    return { detail: `"${name}" and "${databaseName}" are free.` }
  },
})
