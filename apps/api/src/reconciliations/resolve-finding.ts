import type { operations } from '@edfi-tenants/contract'
import {
  adoptionOf,
  assertResolvable,
  lockOpenFinding,
  recordResolution,
  requestAdoption,
  requestResolution,
} from '@edfi-tenants/jobs'
import {
  appendAuditEvents,
  readFinding,
  readReconciliation,
  type Database,
  type FindingRow,
  type JobRow,
} from '@edfi-tenants/store'
import type { AnswerOf } from '../http/answer.js'
import type { Call } from '../http/call.js'
import { found } from '../http/found.js'
import { acceptedHeaders } from '../jobs/accept-job.js'
import { presentJob } from '../jobs/present-job.js'
import type { Parts } from '../parts.js'
import { presentFinding } from './present-reconciliation.js'

type Resolve = typeof operations.resolveFinding
type Answer = AnswerOf<Resolve>

/** `POST …/findings/{findingId}/resolve`: a finding is resolved once, in the transaction that writes its job. */
export async function resolveFinding(parts: Parts, call: Call<Resolve>): Promise<Answer> {
  const { store, deletePolicy, ringer } = parts
  const { params, body, origin, actor } = call
  const { id } = found(await readReconciliation(store.database, params.id, actor.tenants))
  const finding = found(await readFinding(store.database, id, params.findingId))
  assertResolvable(finding, body, origin, deletePolicy)
  const lock = (database: Database) => lockOpenFinding(database, id, finding.id, body, origin, deletePolicy)

  let answer: Answer | undefined
  const finish = async (database: Database, locked: FindingRow, job: JobRow): Promise<void> => {
    const { kind, subject: target, tenant, instanceId } = locked
    const details = { reconciliation: id, finding: locked.id, kind, action: body.action, job: job.id }
    await appendAuditEvents(database, [call.audited({ tenant, instanceId, target, details })])
    const resolved = found(await readFinding(database, id, locked.id))
    answer = {
      status: 202,
      headers: acceptedHeaders(job.id),
      body: { job: presentJob(job), finding: presentFinding(resolved) },
    }
    await call.keep(database, answer)
  }

  if (body.action === 'adopt') await adopt()
  else
    await store.database.transaction(async (database) => {
      const locked = await lock(database)
      await finish(database, locked, await requestResolution(database, locked, body, origin, deletePolicy))
    })
  ringer.request()
  if (!answer) throw new Error('The finding was resolved without an answer.')
  return answer

  /** An adoption writes its instance and job by itself; the finding is locked and resolved within that transaction. */
  function adopt() {
    return requestAdoption(
      parts,
      {
        ...origin,
        ...adoptionOf(finding, body),
        reservedDatabaseNames: parts.reservedDatabaseNames,
        signal: AbortSignal.any([call.signal, AbortSignal.timeout(askForMs)]),
      },
      async (database, { job }) => {
        const locked = await lock(database)
        await recordResolution(database, locked, 'adopt', origin, job)
        await finish(database, locked, job)
      },
    )
  }
}

/** How long Admin API is asked about a registration, in milliseconds. */
const askForMs = 10_000
