import { dataOf, type Batch } from '@edfi-tenants/api-client'
import { Option, type Command } from 'commander'
import type { Context } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import type { Attach } from '../program.js'
import { programName } from '../surroundings.js'
import { tellBatch } from '../watching/tell-batch.js'
import { watchBatch } from '../watching/watch-batch.js'
import { saveCredentials, type CredentialsOptions } from './batch-credentials.js'
import { given, wholeNumber } from './options.js'

interface WatchOptions {
  watch?: boolean
  out?: string
}

interface RetryOptions extends WatchOptions {
  includeCancelled?: boolean
}

interface UndoOptions extends WatchOptions {
  archive?: boolean
  purge?: 'now' | 'scheduled'
  confirmCount?: number
}

const outOption = ['--out <file>', 'write what became of each item, as CSV (or .jsonl)'] as const

/** `batch watch`, and what can be done about a batch. */
export function addBatch(program: Command, attach: Attach): void {
  const batch = program.command('batch').description('look after batches: many jobs asked for at once')
  const verb = (name: string, description: string): Command =>
    batch
      .command(`${name} <id>`)
      .description(description)
      .option('--watch', 'until it has ended')
      .option(...outOption)

  attach<WatchOptions>(
    batch
      .command('watch <id>')
      .description('show how it goes on until it has ended')
      .option(...outOption),
    (context, options, [id = '']) => watch(context, id, options),
  )
  attach<WatchOptions>(
    verb('cancel', 'end what has not begun, turn back what is at work'),
    (context, options, [id = '']) =>
      then(context, options, async (api, signal) => {
        const { batch, ended, asked } = await dataOf(
          api.POST('/v1/batches/{id}/cancel', { params: { path: { id } }, signal }),
        )
        return { batch, said: `${ended} had not begun and have ended, ${asked} were asked to turn back.` }
      }),
  )
  attach<WatchOptions>(verb('pause', 'let no more of its jobs begin'), (context, options, [id = '']) =>
    then(context, options, async (api, signal) => {
      const { batch } = await dataOf(api.POST('/v1/batches/{id}/pause', { params: { path: { id } }, signal }))
      return { batch, said: 'Paused; what is at work goes on.' }
    }),
  )
  attach<WatchOptions>(verb('resume', 'let it go on, also where it has paused itself'), (context, options, [id = '']) =>
    then(context, options, async (api, signal) => {
      const { batch } = await dataOf(api.POST('/v1/batches/{id}/resume', { params: { path: { id } }, signal }))
      return { batch, said: 'It goes on.' }
    }),
  )
  attach<RetryOptions>(
    verb('retry-failed', 'try once more what has failed').option('--include-cancelled', 'and what was cancelled'),
    (context, options, [id = '']) =>
      then(context, options, async (api, signal) => {
        const { includeCancelled } = options
        const { batch, retried, refused } = await dataOf(
          api.POST('/v1/batches/{id}/retry-failed', {
            params: { path: { id } },
            body: given({ includeCancelled }),
            signal,
          }),
        )
        for (const each of refused) context.output.note(`  not ${each.ref ?? each.jobId}: ${each.code}: ${each.detail}`)
        return { batch, said: `${retried} queued again, ${refused.length} refused.` }
      }),
  )
  attach<UndoOptions>(
    verb('undo', 'delete the instances that it has created, and only those')
      .option('--archive', 'archive each before')
      .addOption(
        new Option('--purge <when>', 'drop the databases at once (default), or keep them for a while').choices([
          'now',
          'scheduled',
        ]),
      )
      .option(
        '--confirm-count <n>',
        'how many are to be deleted; needed once one is older than 24 hours',
        wholeNumber(1),
      ),
    (context, options, [id = '']) =>
      then(context, options, async (api, signal) => {
        const { archive, purge, confirmCount } = options
        const { batch } = await dataOf(
          api.POST('/v1/batches/{id}/undo', {
            params: { path: { id } },
            body: given({ archive, purge, confirmCount }),
            signal,
          }),
        )
        return { batch, said: `${batch.total} are being deleted, by the batch ${batch.id}.` }
      }),
  )
  attach<CredentialsOptions>(
    batch
      .command('credentials <id>')
      .description('write the keys and secrets of its instances into a file that only you can read')
      .requiredOption('--csv <file>', 'the file, of mode 0600 (or .json)')
      .option('--acknowledge', 'erase the secrets in the API afterwards: you have them'),
    (context, options, [id = '']) => saveCredentials(context, id, options),
  )
}

async function watch(context: Context, id: string, { out }: WatchOptions): Promise<number> {
  const api = await context.patientApi()
  return tellBatch(context, api, await watchBatch(context, api, id), { out })
}

/** Does something about a batch, says so, and watches on where that is asked for. */
async function then(
  context: Context,
  options: WatchOptions,
  act: (api: Awaited<ReturnType<Context['api']>>, signal: AbortSignal) => Promise<{ batch: Batch; said: string }>,
): Promise<number> {
  const { output, surroundings } = context
  const { batch, said } = await act(await context.api(), surroundings.signal)
  output.print(said)
  if (options.watch || options.out !== undefined) return watch(context, batch.id, options)
  output.document({ batch })
  output.note(`To watch it: ${programName(surroundings.env)} batch watch ${batch.id}`)
  return exitCodes.succeeded
}
