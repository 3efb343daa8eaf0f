import type { InstanceRow } from '@edfi-tenants/store'
import type { Step, StepContext } from '../engine/define-job.js'

/** The names an instance is to have, as a rename's job parameters hold them; both are always there. */
export interface NewNames {
  name: string
  databaseName: string
}

/** What a rename's job is to make of the names. */
export const newNames = ({ job }: Pick<StepContext, 'job'>): NewNames => job.parameters as unknown as NewNames

/**
 * A step that looks at the instance as it will be called. The record keeps the old names until everything outside has
 * the new ones: so they are held for the way back, whatever fails.
 */
export const underNewNames = (step: Step): Step => ({
  ...step,
  run: (context) => step.run(renamed(context)),
})

const renamed = (context: StepContext): StepContext => {
  const instance: InstanceRow = { ...context.instance, ...newNames(context) }
  return { ...context, instance }
}
