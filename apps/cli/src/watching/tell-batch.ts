import type { ApiClient, Batch } from '@edfi-tenants/api-client'
import type { Context } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import { tableOf } from '../output/table.js'
import { programName } from '../surroundings.js'
import { readResults, writeResults } from './results.js'
import { hasEnded } from './watch-job.js'

/** How many failures are shown; the result file has all. */
const shownFailures = 20

/**
 * Says how a batch has ended, or why it stands still, and writes the results where they are asked for. Returns the exit
 * code.
 */
export async function tellBatch(
  context: Context,
  api: ApiClient,
  batch: Batch,
  { out }: { out?: string | undefined } = {},
): Promise<number> {
  const { output, surroundings } = context
  const { env, signal } = surroundings
  const { succeeded, failed, cancelled, unchanged } = batch.counts
  const isClean = batch.status === 'succeeded' || (hasEnded(batch) && failed + cancelled === 0)
  const results = out !== undefined || output.json || !isClean ? await readResults(api, batch.id, signal) : []
  if (out !== undefined) {
    await writeResults(out, results)
    output.note(`Results: ${out}`)
  }
  output.document({ batch, results })

  const counts = [
    [succeeded, 'succeeded'],
    [unchanged, 'unchanged'],
    [failed, 'failed'],
    [cancelled, 'cancelled'],
    [batch.counts.queued + batch.counts.running, 'not done'],
  ] as const
  const inWords = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`)
  output.print(
    output.paint(
      isClean ? 'green' : 'red',
      `${batch.operation}: ${inWords.join(', ') || 'nothing to do'} (${batch.status})`,
    ),
  )
  const failures = results.filter(({ errorCode }) => errorCode !== null)
  if (failures.length > 0)
    output.print(
      tableOf(
        ['ref', 'tenant', 'name', 'code', 'why'],
        failures
          .slice(0, shownFailures)
          .map((each) => [each.ref, each.tenant, each.name, each.errorCode, each.errorDetail]),
      ),
    )
  if (failures.length > shownFailures) output.print(`… and ${failures.length - shownFailures} more.`)
  const program = programName(env)
  if (!hasEnded(batch))
    output.note(
      `It has paused itself (${batch.pausedBy ?? ''}). To go on: ${program} batch resume ${batch.id}; to give up: ${program} batch cancel ${batch.id}`,
    )
  else if (failed > 0) output.note(`When the cause is gone: ${program} batch retry-failed ${batch.id} --watch`)
  return isClean ? exitCodes.succeeded : exitCodes.failed
}
