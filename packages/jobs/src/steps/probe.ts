import type { JsonObject } from '@edfi-tenants/core'
import type { DatabaseProbe } from '@edfi-tenants/provisioner'
import { readHealthSubjects, type HealthSubject } from '@edfi-tenants/store'
import { defineStep, type StepContext } from '../engine/define-job.js'
import { findingOf } from '../health/finding-of.js'
import { scopeOf, type Probed } from '../health/findings.js'

/** How long a size is believed, in milliseconds: looking at every file of every database is not for each check. */
const sizeKeptMs = 6 * 3_600_000

/**
 * Looks at the databases from outside, by one connection to their server. A server that does not answer is a finding like
 * any other: the job goes on to record it.
 */
export const probe = defineStep({
  name: 'probe',
  usesServer: true,
  async run(context) {
    const subjects = await readHealthSubjects(context.store.database, scopeOf(context))
    const found: Probed = {
      since: subjects[0]?.now ?? new Date().toISOString(),
      unreachable: null,
      seen: Object.fromEntries(subjects.map(({ id }) => [id, null])),
    }
    try {
      const seen = await look(context, subjects)
      for (const { id, databaseName } of subjects) {
        const { state, sizeBytes, connections } = seen.get(databaseName) ?? missing
        found.seen[id] = { state, sizeBytes, connections }
      }
    } catch (error) {
      found.unreachable = findingOf(error, context.signal)
    }
    return {
      output: found as unknown as JsonObject,
      detail: found.unreachable ?? `${subjects.length} ${subjects.length === 1 ? 'database' : 'databases'} looked at.`,
    }
  },
})

const missing = { state: 'missing', sizeBytes: null, connections: null } as const

async function look(context: StepContext, subjects: readonly HealthSubject[]): Promise<Map<string, DatabaseProbe>> {
  if (subjects.length === 0) return new Map()
  const { provisioner, server } = await context.database()
  const found = new Map<string, DatabaseProbe>()
  const isSized = (subject: HealthSubject): boolean => context.job.instanceId !== null || isSizeOld(subject)
  for (const sizes of [true, false]) {
    const databaseNames = subjects.filter((each) => isSized(each) === sizes).map((each) => each.databaseName)
    if (databaseNames.length === 0) continue
    for (const each of await provisioner.probeDatabases(server, { databaseNames, sizes }, context))
      found.set(each.databaseName, each)
  }
  return found
}

function isSizeOld({ health, now }: HealthSubject): boolean {
  const at = health?.['sizeCheckedAt']
  return typeof at !== 'string' || Date.parse(now) - Date.parse(at) > sizeKeptMs
}
