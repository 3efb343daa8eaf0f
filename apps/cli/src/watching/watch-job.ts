import type { ApiClient, Job } from '@edfi-tenants/api-client'
import type { Context } from '../context.js'
import { programName } from '../surroundings.js'

/** Whether a job has ended, however. */
export const hasEnded = ({ finishedAt }: { finishedAt: string | null }): boolean => finishedAt !== null

/** Watches a job until it has ended; each step is shown when it has. Goes on through everything that passes. */
export async function watchJob(context: Context, api: ApiClient, id: string): Promise<Job> {
  const { output, surroundings } = context
  const { signal, env } = surroundings
  context.goesOn(`The job goes on. To watch it again: ${programName(env)} jobs watch ${id}`)
  const shown = new Set<string>()
  let waitingFor: string | null = null
  for (;;) {
    // The wait is the server's, so that the end is seen at once.
    const { data: job } = await api.GET('/v1/jobs/{id}', {
      params: { path: { id }, header: { Prefer: 'wait=10' } },
      signal,
    })
    if (!job) throw new Error('The API has answered with nothing.')
    for (const { name, status, durationMs } of job.steps) {
      const line = `${status === 'succeeded' ? '✓' : '·'} ${name}${status === 'succeeded' ? '' : ` ${status}`}${durationMs === null ? '' : ` (${durationMs} ms)`}`
      if (status === 'pending' || status === 'running' || shown.has(line)) continue
      shown.add(line)
      output.note(`  ${line}`)
    }
    if (hasEnded(job)) return job
    if (job.waitingFor !== null && job.waitingFor !== waitingFor) output.note(`  … waits: ${job.waitingFor}`)
    waitingFor = job.waitingFor
  }
}
