import { dataOf, type Job } from '@edfi-tenants/api-client'
import type { Command } from 'commander'
import type { Context } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import type { Attach } from '../program.js'
import { watchJob } from '../watching/watch-job.js'

interface WatchOptions {
  watch?: boolean
}

/** `jobs watch`, `jobs cancel`, `jobs retry`. */
export function addJobs(program: Command, attach: Attach): void {
  const jobs = program.command('jobs').description('look after single jobs')
  attach(
    jobs.command('watch <id>').description('show each step until the job has ended'),
    async (context, _, [id = '']) => tell(context, await watchJob(context, await context.patientApi(), id)),
  )
  for (const [verb, description] of [
    ['cancel', 'ask a job to turn back and undo what it has done'],
    ['retry', 'queue a failed or cancelled job once more'],
  ] as const)
    attach<WatchOptions>(
      jobs.command(`${verb} <id>`).description(description).option('--watch', 'until it has ended'),
      async (context, { watch }, [id = '']) => {
        const { signal } = context.surroundings
        const api = await context.api()
        const { job } = await dataOf(api.POST(`/v1/jobs/{id}/${verb}`, { params: { path: { id } }, signal }))
        if (watch) return tell(context, await watchJob(context, await context.patientApi(), id))
        context.output.print(`Job ${job.id} is ${job.status}.`)
        context.output.document(job)
        return exitCodes.succeeded
      },
    )
}

/** Says how a job has ended. Returns the exit code. */
export function tell({ output }: Context, job: Job): number {
  output.document(job)
  const hasSucceeded = job.status === 'succeeded'
  const why = job.error ? `: ${job.error.code}: ${job.error.detail}` : ''
  output.print(output.paint(hasSucceeded ? 'green' : 'red', `${job.type} ${job.status}${why}`))
  for (const leftover of job.outcome?.leftovers ?? []) output.print(`  left over: ${leftover}`)
  return hasSucceeded ? exitCodes.succeeded : exitCodes.failed
}
