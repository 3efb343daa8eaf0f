import { Failure } from '@edfi-tenants/core'
import { readInstance } from '@edfi-tenants/store'
import { copySource, methodOf } from '../copies/copy-source.js'
import { defineStep } from '../engine/define-job.js'
import { dropMadeDatabase, makeDatabase } from './create-database.js'

/** Creates the instance's database as a copy of another instance's. */
export const copyDatabase = defineStep({
  name: 'copy-database',
  usesServer: true,
  weight: 6,
  timeoutMs: 6 * 60 * 60_000,
  async run(context) {
    const { instance, job, store } = context
    const source = await readInstance(store.database, instance.sourceInstanceId ?? '', '*')
    if (!source) throw new Failure('not_found', 'The source is not on record.')
    const from = await copySource(context, {
      source,
      target: await context.database(),
      method: methodOf(job.parameters),
      allowDowntime: job.parameters['allowDowntime'] === true,
    })
    return makeDatabase(context, from, `"${source.name}"`)
  },
  undo: dropMadeDatabase,
})
