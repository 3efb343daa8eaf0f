import { Failure } from '@edfi-tenants/core'
import type { ScriptsRun } from '@edfi-tenants/provisioner'
import { defineStep } from '../engine/define-job.js'
import { joinSeeds } from '../seeds/join-seeds.js'
import { seedsOf } from '../seeds/seed.js'
import { registeredLogin } from './create-database.js'

/** How many findings the step's sentence repeats; the rest is a number. */
const told = 5

/**
 * Fills the instance's database with the bundles of the job's `seed`, all in one transaction, by the login that ODS/API
 * uses. There is nothing to undo: what fails was never there, and a new instance goes with its database. A second try
 * runs them again, which bundles allow.
 */
export const seedDatabase = defineStep({
  name: 'seed',
  usesServer: true,
  weight: 2,
  timeoutMs: 30 * 60_000,
  skip: ({ job }) => (seedsOf(job).length === 0 ? 'No seed bundles were asked for.' : null),
  async run(context) {
    const { instance, job, ownership, seedBundles, signal, fence, progress } = context
    const seeds = seedsOf(job)
    const run = joinSeeds(seeds, seedBundles, instance.databaseEngine)
    const access = await context.database()
    const { verified } = await access.provisioner.runScripts(
      access.server,
      { databaseName: instance.databaseName, owner: ownership, login: await registeredLogin(context, access), ...run },
      { signal, fence, progress },
    )
    assertAllOk(verified)
    return {
      output: { bundles: seeds.map(({ bundle }) => bundle) },
      detail: `Ran ${seeds.map(({ bundle }) => bundle).join(', ')}. ${summary(verified)}`.trim(),
    }
  },
})

/** A provisioner undoes what did not hold and fails; one that only reports it is not taken at its word. */
function assertAllOk(verified: ScriptsRun['verified']): void {
  const failed = verified.find(({ ok }) => !ok)
  if (failed) throw new Failure('seed_failed', `${failed.name}: ${failed.detail}`)
}

function summary(verified: ScriptsRun['verified']): string {
  const first = verified.slice(0, told).map(({ detail }) => detail)
  return verified.length > told ? `${first.join(' ')} And ${verified.length - told} more.` : first.join(' ')
}
