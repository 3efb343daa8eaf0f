import { startCopies, stopCopies } from '../derivatives/copies.js'
import type { StepContext } from '../engine/define-job.js'

/** Lets connections onto the instance's database again, and onto the copies of it. */
export async function openDatabase(context: StepContext): Promise<void> {
  const { provisioner, server } = await context.database()
  const { instance, ownership } = context
  await provisioner.startDatabase(server, { databaseName: instance.databaseName, owner: ownership }, context)
  await startCopies(context)
}

/** Lets nobody onto the instance's database any more, nor onto the copies of it. */
export async function closeDatabase(context: StepContext): Promise<{ endedSessions: number }> {
  const { provisioner, server } = await context.database()
  const { instance, ownership } = context
  const own = { databaseName: instance.databaseName, owner: ownership }
  const ended = await provisioner.stopDatabase(server, own, context)
  await stopCopies(context)
  return ended
}
