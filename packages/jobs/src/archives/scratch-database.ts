import { scratchName, type DatabaseSource, type Ownership } from '@edfi-tenants/provisioner'
import type { ServerAccess, StepContext } from '../engine/define-job.js'
import { quietOperation } from './quiet-operation.js'

/** What a step needs to make and drop the database that its job throws away at the end. */
type ScratchContext = Pick<StepContext, 'job' | 'ownership' | 'signal' | 'fence' | 'progress'>

const scratchOwner = ({ job, ownership }: ScratchContext): Ownership => ({ ...ownership, instanceId: job.id })

/** Makes a database that only we can reach, works with it, and drops it again, whatever comes of the work. */
export async function withScratchDatabase<Result>(
  context: ScratchContext,
  access: ServerAccess,
  source: DatabaseSource,
  work: (databaseName: string) => Promise<Result>,
): Promise<Result> {
  const { provisioner, server } = access
  const databaseName = scratchName(context.job.id)
  const request = { databaseName, source, kind: 'scratch' as const, owner: scratchOwner(context), login: null }
  await provisioner.createDatabase(server, request, quietOperation(context))
  let result: Result
  try {
    result = await work(databaseName)
  } catch (error) {
    // What led here says more; undo drops it too.
    await dropScratchDatabase(context, access).catch(() => undefined)
    throw error
  }
  await dropScratchDatabase(context, access)
  return result
}

/** Drops it, where an earlier try left it. */
export async function dropScratchDatabase(context: ScratchContext, access: ServerAccess): Promise<void> {
  const request = { databaseName: scratchName(context.job.id), owner: scratchOwner(context) }
  await access.provisioner.dropDatabase(access.server, request, quietOperation(context))
}
