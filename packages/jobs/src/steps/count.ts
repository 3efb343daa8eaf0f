import type { JsonObject } from '@edfi-tenants/core'
import { Failure } from '@edfi-tenants/core'
import type { DatabaseCounts } from '@edfi-tenants/provisioner'
import { readHealthSubjects, type HealthSubject } from '@edfi-tenants/store'
import { defineStep, type ServerAccess, type StepContext } from '../engine/define-job.js'
import { createStepSignal } from '../engine/step-signal.js'
import { findingOf } from '../health/finding-of.js'
import { probed, type Counted } from '../health/findings.js'
import { readSqlChecks } from '../health/read-sql-checks.js'
import { subjectLogin } from '../health/subject-login.js'

/** How long the exact counts of one instance may take, in milliseconds; afterwards the planner's estimates are taken. */
const statementTimeoutMs = 5_000

/** How long one instance may take in all, in milliseconds. */
const instanceTimeoutMs = 30_000

/** How long the slot is kept, in milliseconds, before others get their turn. */
const turnMs = 10_000

/** After so many instances in a row whose server did not answer, the others of it are not asked any more. */
const silencesInARow = 3

/**
 * Counts what is in the databases that take connections, one after the other, so that a check never has more than one
 * connection to their server. A long one gives its slot back now and then and goes on from there.
 */
export const count = defineStep({
  name: 'count',
  usesServer: true,
  weight: 8,
  timeoutMs: 10 * 60_000,
  async run(context) {
    const { seen, unreachable } = probed(context)
    const { counted } = (context.saved as unknown as Counted | null) ?? { counted: {} }
    const wanted = Object.keys(seen).filter((id) => seen[id]?.state === 'online')
    const open = unreachable === null ? wanted.filter((id) => !(id in counted)) : []
    const subjects = await readHealthSubjects(context.store.database, { ids: open })
    const output = { counted } as unknown as JsonObject
    const began = performance.now()
    let silences = 0
    for (const subject of subjects.filter((each) => !each.stopped)) {
      if (performance.now() - began > turnMs) {
        await context.save({ output })
        return { wait: { ms: 0, for: 'slot' } }
      }
      try {
        if (silences >= silencesInARow)
          throw new Failure('server_unreachable', 'The database server has stopped answering.')
        counted[subject.id] = await countOne(context, await context.database(), subject)
        silences = 0
      } catch (error) {
        const failed = findingOf(error, context.signal)
        counted[subject.id] = { failed }
        silences = failed.startsWith('server_unreachable') ? silences + 1 : 0
      }
      context.progress((100 * Object.keys(counted).length) / wanted.length)
    }
    const failed = Object.values(counted).filter((each) => 'failed' in each).length
    return {
      output,
      detail: `${Object.keys(counted).length - failed} counted${failed > 0 ? `, ${failed} did not answer` : ''}.`,
    }
  },
})

async function countOne(context: StepContext, access: ServerAccess, subject: HealthSubject): Promise<DatabaseCounts> {
  const { provisioner, server } = access
  const named = await readSqlChecks(
    context.settings.sqlChecksDir,
    provisioner.manifest.name,
    subject.policy.checks ?? [],
  )
  const request = {
    databaseName: subject.databaseName,
    login: subjectLogin(context.store, access, subject),
    statementTimeoutMs,
    checks: named.checks,
  }
  const limit = createStepSignal([context.signal], instanceTimeoutMs)
  // Its progress is none of the step's, which counts instances.
  const operation = { signal: limit.signal, fence: context.fence, progress: () => undefined }
  try {
    const found = await provisioner.countDatabase(server, request, operation)
    return { ...found, checks: [...found.checks, ...named.missing] }
  } catch (error) {
    if (limit.timedOut())
      throw new Failure('server_unreachable', `No answer within ${instanceTimeoutMs / 1000} s.`, { cause: error })
    throw error
  } finally {
    limit.dispose()
  }
}
