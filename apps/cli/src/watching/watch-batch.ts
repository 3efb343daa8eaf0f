import type { ApiClient, Batch } from '@edfi-tenants/api-client'
import type { Context } from '../context.js'
import { programName } from '../surroundings.js'
import { batchProgress } from './batch-progress.js'
import { poll } from './poll.js'
import { hasEnded } from './watch-job.js'

/**
 * Watches a batch until it has ended, or stands still because it has paused itself. Goes on through restarts of the API,
 * broken connections and whatever else passes.
 */
export async function watchBatch(context: Context, api: ApiClient, id: string): Promise<Batch> {
  const { output, surroundings } = context
  const { signal, env } = surroundings
  context.goesOn(`The batch goes on. To watch it again: ${programName(env)} batch watch ${id}`)
  const progress = batchProgress(output)
  try {
    return await poll(
      async () => {
        const { data, response } = await api.GET('/v1/batches/{id}', { params: { path: { id } }, signal })
        if (!data) throw new Error('The API has answered with nothing.')
        return { value: data, response }
      },
      { isOver: (batch) => hasEnded(batch) || hasPausedItself(batch), show: (batch) => progress.show(batch), signal },
    )
  } finally {
    progress.end()
  }
}

/** Whether nothing goes on until somebody resumes it: too many have failed, or one of the first. */
export const hasPausedItself = ({ counts, pausedBy }: Batch): boolean =>
  counts.running === 0 && (pausedBy === 'failures' || pausedBy === 'canary')
