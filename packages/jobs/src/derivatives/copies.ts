import { isFailure } from '@edfi-tenants/core'
import type { StepContext } from '../engine/define-job.js'
import { closeWherePossible, openWherePossible } from '../steps/close-where-possible.js'

/** Closes the copies of an instance's database that its derivatives lead to: what holds for the one holds for the other. */
export const stopCopies = (context: StepContext): Promise<void> =>
  withCopies(context, async (databaseName) => {
    await closeWherePossible(await context.database(), { databaseName, owner: context.ownership }, context)
  })

/** Takes {@link stopCopies} back. */
export const startCopies = (context: StepContext): Promise<void> =>
  withCopies(context, async (databaseName) => {
    await openWherePossible(await context.database(), { databaseName, owner: context.ownership }, context)
  })

/** A copy that is gone, or that another has taken the place of, keeps nothing from going on. */
async function withCopies({ instance }: StepContext, work: (databaseName: string) => Promise<void>): Promise<void> {
  for (const { source, databaseName } of instance.derivatives) {
    if (source !== 'copy') continue
    try {
      await work(databaseName)
    } catch (error) {
      if (!isFailure(error) || (error.code !== 'database_missing' && error.code !== 'not_our_database')) throw error
    }
  }
}
