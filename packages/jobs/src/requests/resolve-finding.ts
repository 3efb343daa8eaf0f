import { Failure, hasScope, type FindingAction, type JsonObject, type Scope } from '@edfi-tenants/core'
import {
  insertWork,
  lockFinding,
  readInstance,
  readServerById,
  resolveFinding as writeResolution,
  writtenJob,
  type Database,
  type FindingRow,
  type JobRow,
} from '@edfi-tenants/store'
import type { ParkMode } from '../applications/parked.js'
import { purgeDatabase, purgeRegistration } from '../purge-found.js'
import type { UnwantedDatabase } from '../reconciliation/compare-databases.js'
import type { UnwantedRegistration } from '../steps/purge-found-registration.js'
import { newJob } from './new-job.js'
import type { AdoptionBody } from './request-adoption.js'
import { requestDelete, type DeletePolicy } from './request-delete-instance.js'
import { accepted, type RequestOrigin } from './request-origin.js'
import { requestReregister } from './request-reregister.js'

/** What is to be done about a finding. */
export interface ResolutionBody {
  action: FindingAction
  /** The finding's subject, again; for `purge` and `forget`. */
  confirm?: string | undefined
  /** `repair`: the registration that is the instance's, whatever its name. */
  odsInstanceId?: number | undefined
  /** `forget`: what becomes of applications that were not made for the instance alone; default `refuse`. */
  applications?: ParkMode | undefined
  /** `adopt`: what the finding does not say itself. */
  adopt?: (Partial<AdoptionBody> & { tenant: string }) | undefined
}

/** What an action needs besides the scope to resolve at all. */
const scopeOf: Partial<Record<FindingAction, Scope>> = {
  purge: 'instances:delete',
  forget: 'instances:delete',
  adopt: 'instances:create',
}

/**
 * Whether a finding may be resolved so by this client. Throws `insufficient_scope`, `finding_not_open`,
 * `action_not_offered`, `confirmation_required`, or `deletion_disabled`.
 */
export function assertResolvable(
  finding: FindingRow,
  { action, confirm }: Pick<ResolutionBody, 'action' | 'confirm'>,
  { actor }: Pick<RequestOrigin, 'actor'>,
  { allowDelete }: Pick<DeletePolicy, 'allowDelete'>,
): void {
  const scope = scopeOf[action]
  if (scope && !hasScope(actor.scopes, scope))
    throw new Failure('insufficient_scope', `The action "${action}" needs the scope "${scope}" too.`)
  if (finding.status !== 'open')
    throw new Failure('finding_not_open', `The finding is ${finding.status}.`, { extensions: { job: finding.jobId } })
  if (!finding.actions.includes(action))
    throw new Failure('action_not_offered', `The finding does not offer "${action}".`, {
      extensions: { actions: finding.actions },
    })
  if (action !== 'purge' && action !== 'forget') return
  if (!allowDelete) throw new Failure('deletion_disabled', 'Deletion is switched off in this installation.')
  if (confirm !== finding.subject)
    throw new Failure('confirmation_required', 'This action needs the exact `subject` of the finding in "confirm".')
}

/** Locks a finding that is still open; `not_found` when there is none. */
export async function lockOpenFinding(
  database: Database,
  reconciliationId: string,
  findingId: string,
  ...judged: [
    Pick<ResolutionBody, 'action' | 'confirm'>,
    Pick<RequestOrigin, 'actor'>,
    Pick<DeletePolicy, 'allowDelete'>,
  ]
): Promise<FindingRow> {
  const finding = await lockFinding(database, reconciliationId, findingId)
  if (!finding) throw new Failure('not_found', 'There is no such finding.')
  assertResolvable(finding, ...judged)
  return finding
}

/** Puts on record that a job deals with a finding; within the transaction that wrote the job. */
export const recordResolution = (
  database: Database,
  finding: Pick<FindingRow, 'id'>,
  resolution: FindingAction,
  origin: RequestOrigin,
  job: Pick<JobRow, 'id'>,
): Promise<void> =>
  writeResolution(database, finding.id, { resolution, resolvedBy: origin.actor.clientId, jobId: job.id })

/**
 * Asks for what resolves a locked finding, by all actions but `adopt` (see {@link adoptionOf}). One job each; it looks
 * again before it changes anything.
 */
export async function requestResolution(
  database: Database,
  finding: FindingRow,
  body: ResolutionBody,
  origin: RequestOrigin,
  policy: DeletePolicy,
): Promise<JobRow> {
  const { action } = body
  const job =
    action === 'repair'
      ? await repair(database, finding, body, origin)
      : action === 'forget'
        ? await forget(database, finding, body, origin, policy)
        : await purge(database, finding, origin)
  await recordResolution(database, finding, action, origin, job)
  return job
}

/** What an adoption takes from its finding, and what the client says besides. */
export function adoptionOf(
  finding: FindingRow,
  { adopt, odsInstanceId }: ResolutionBody,
): { body: AdoptionBody; replaces?: string } {
  const { data, kind, server, subject } = finding
  const isDatabase = kind !== 'registration_without_instance'
  const known = isDatabase
    ? { server: server ?? undefined, databaseName: subject, odsInstanceId: adopt?.odsInstanceId ?? odsInstanceId }
    : { server: adopt?.server, databaseName: adopt?.databaseName, odsInstanceId: Number(data['odsInstanceId']) }
  const missing = ['tenant', ...(isDatabase ? [] : ['server', 'databaseName'])].filter(
    (field) => adopt?.[field as keyof typeof adopt] === undefined,
  )
  if (!adopt || missing.length > 0)
    throw new Failure('validation_failed', 'The request is not valid.', {
      errors: missing.map((field) => ({ pointer: `/adopt/${field}`, detail: 'is required for this finding' })),
    })
  return {
    body: { ...adopt, ...known, server: known.server ?? '', databaseName: known.databaseName ?? '' },
    ...(kind === 'database_without_record' ? { replaces: (data as unknown as UnwantedDatabase).ownerId } : {}),
  }
}

async function repair(
  database: Database,
  { instanceId, data }: FindingRow,
  { odsInstanceId }: ResolutionBody,
  origin: RequestOrigin,
): Promise<JobRow> {
  const { databaseName, odsInstanceId: found } = data
  const { job } = await requestReregister(database, required(instanceId), origin, {
    odsInstanceId: odsInstanceId ?? (typeof found === 'number' ? found : undefined),
    databaseName: typeof databaseName === 'string' ? databaseName : undefined,
  })
  return job
}

/** An instance without database is deleted as any other, to be purged in time; a deleted one is purged. */
async function forget(
  database: Database,
  { instanceId }: FindingRow,
  { applications = 'refuse' }: ResolutionBody,
  origin: RequestOrigin,
  policy: DeletePolicy,
): Promise<JobRow> {
  const instance = await readInstance(database, required(instanceId), '*')
  if (!instance) throw new Failure('not_found', 'There is no such instance.')
  const purge = instance.status === 'deleted' ? ('now' as const) : ('scheduled' as const)
  const request = { confirm: instance.name, archive: false, applications, purge, acceptSameServer: true }
  const { job } = await requestDelete(database, instance.id, origin, request, policy)
  return job
}

async function purge(database: Database, finding: FindingRow, origin: RequestOrigin): Promise<JobRow> {
  const { kind, data, tenant, instanceId, subject } = finding
  const definition = kind === 'registration_without_instance' ? purgeRegistration : purgeDatabase
  const job = newJob(definition, origin, {
    tenant,
    parameters: { ...data },
    ...(definition === purgeDatabase
      ? await serverOf(database, data as unknown as UnwantedDatabase)
      : { environmentId: (data as unknown as UnwantedRegistration).environmentId }),
  })
  const details: JsonObject = { job: job.id, finding: finding.id, ...data }
  const written = await insertWork(database, {
    jobs: [job],
    audit: [accepted(origin, definition.type, { tenant, instanceId, target: subject, details })],
  })
  return writtenJob(job, written(job.id))
}

async function serverOf(database: Database, { serverId }: UnwantedDatabase) {
  const server = await readServerById({ database }, serverId)
  if (!server || server.deletedAt !== null)
    throw new Failure('unknown_server', 'The database server is not on record any more.')
  return { serverId, engine: server.engine, workerPool: server.workerPool }
}

const required = (instanceId: string | null): string => {
  if (instanceId === null) throw new Failure('internal_error', 'The finding is about no instance.')
  return instanceId
}
