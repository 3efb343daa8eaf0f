import type { InstanceRow } from '@edfi-tenants/store'
import type { Step, StepContext } from '../engine/define-job.js'

/** Where an instance is to be, as a relocation's job parameters hold it. */
export interface NewPlace {
  serverId: string
  databaseName: string
}

/** The place that a relocation leads to. The job's own database server is the one that it leaves. */
export const newPlace = ({ job }: Pick<StepContext, 'job'>): NewPlace => job.parameters as unknown as NewPlace

/** The same context on the new server, with the instance's database under its new name. */
export function atNewPlace(context: StepContext): StepContext {
  const { serverId, databaseName } = newPlace(context)
  const instance: InstanceRow = { ...context.instance, databaseName }
  return { ...context, instance, database: () => context.databaseOf(serverId) }
}

/** A step that works on the instance as it will be. The record keeps the old place until everything outside has the new. */
export const underNewPlace = (step: Step): Step => ({ ...step, run: (context) => step.run(atNewPlace(context)) })
