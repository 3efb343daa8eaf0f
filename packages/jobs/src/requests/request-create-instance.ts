import { randomUUID } from 'node:crypto'
import { Failure, type Json, type JsonObject } from '@edfi-tenants/core'
import {
  insertWork,
  readLastJob,
  readNameHolder,
  violatedConstraint,
  writtenInstance,
  writtenJob,
  type Database,
  type InstanceRow,
  type JobRow,
  type NewAuditEvent,
  type NewInstance,
  type NewJob,
  type Store,
} from '@edfi-tenants/store'
import { createInstance } from '../create-instance.js'
import { assertRoomLocked, isLimited } from './assert-room.js'
import { assertMayBeKnown, assertSameRequest } from './name-holder.js'
import { newJob, type JobSubject } from './new-job.js'
import {
  planCreateInstance,
  type CopySource,
  type CreateInstanceBody,
  type InstancePlan,
} from './plan-create-instance.js'
import { accepted, type RequestOrigin } from './request-origin.js'

/** How a request for an instance was taken. */
export interface CreateInstanceAnswer {
  /** 202: a job runs (a new one, or the one that already does); 200: the instance is there already. */
  status: 202 | 200
  /** Whether this request started something. */
  created: boolean
  instance: InstanceRow
  job: JobRow
}

export interface CreateInstanceRequest extends RequestOrigin {
  body: CreateInstanceBody
  /** Absent: it is made from a template. */
  from?: CopySource | undefined
  /** Names no instance's database may have besides the ones always reserved: the control database's. */
  reservedDatabaseNames: readonly string[]
}

/** A name freed between our insert and our look makes one more try worth while; more would be a contest. */
const tries = 3

/**
 * Takes a request for a new instance: writes instance, job, steps and audit event at once, or says why not. The same
 * request again gets the job that runs or the instance that is there. `record` runs in the transaction of the write.
 * Whoever calls rings afterwards.
 */
export async function requestCreateInstance(
  store: Store,
  request: CreateInstanceRequest,
  record?: (database: Database, answer: CreateInstanceAnswer) => Promise<void>,
): Promise<CreateInstanceAnswer> {
  const plan = await planCreateInstance(store.database, request.body, {
    bound: request.actor.tenants,
    reservedDatabaseNames: request.reservedDatabaseNames,
    from: request.from,
  })
  for (let tried = 1; ; tried++) {
    try {
      return record || isLimited(plan)
        ? await store.database.transaction(async (database) => {
            const answer = await insert(database, plan, request)
            await record?.(database, answer)
            return answer
          })
        : await insert(store.database, plan, request)
    } catch (error) {
      const constraint = violatedConstraint(error)
      if (constraint === 'jobs_instance_id_fkey')
        throw new Failure('unknown_tenant', 'The tenant, its environment or the database server was deleted just now.')
      const full = error instanceof Failure && error.code === 'instance_limit_reached'
      if (!full && constraint !== 'instances_held_name_key' && constraint !== 'instances_held_database_name_key')
        throw error
      const answer = await answerExisting(store, plan, request)
      if (answer) {
        await record?.(store.database, answer)
        return answer
      }
      if (full || tried === tries) throw full ? error : nameIsTaken(plan, constraint)
    }
  }
}

async function insert(
  database: Database,
  plan: InstancePlan,
  request: CreateInstanceRequest,
): Promise<CreateInstanceAnswer> {
  if (isLimited(plan)) await assertRoomLocked(database, plan)
  const { instance, job, audit } = creationRows(plan, request)
  const written = await insertWork(database, { instances: [instance], jobs: [job], audit: [audit] })
  const { environment, odsRoute, databaseEngine } = plan.placement
  return {
    status: 202,
    created: true,
    job: writtenJob(job, written(job.id)),
    instance: writtenInstance(instance, written(instance.id), {
      environment,
      odsRoute,
      databaseEngine,
      server: plan.server.name,
      activeJobId: job.id,
    }),
  }
}

/** The rows that a new instance begins with, whether asked for singly or in a batch. */
export function creationRows(
  plan: InstancePlan,
  request: RequestOrigin & Pick<CreateInstanceRequest, 'body' | 'from'>,
  place: Pick<JobSubject, 'batchId' | 'ref' | 'priority' | 'held'> = {},
): { instance: NewInstance; job: NewJob; audit: NewAuditEvent } {
  const { placement, server } = plan
  const definition = request.from?.definition ?? createInstance
  const instance = { ...newInstance(plan, request), batchId: place.batchId ?? null, ref: place.ref ?? null }
  const job = newJob(definition, request, {
    tenant: placement.tenant,
    instanceId: instance.id,
    environmentId: placement.environmentId,
    serverId: server.id,
    engine: server.engine,
    workerPool: server.workerPool,
    parameters: { ...jobParameters(request.body), ...request.from?.parameters },
    ...place,
  })
  const audit = accepted(request, definition.type, {
    tenant: placement.tenant,
    instanceId: instance.id,
    target: instance.name,
    details: {
      job: job.id,
      databaseName: instance.databaseName,
      server: server.name,
      ...(place.batchId == null ? {} : { batch: place.batchId }),
    },
  })
  return { instance, job, audit }
}

/** What the job needs besides what stands in the instance's own row. */
const jobParameters = ({ onFailure = 'undo', seed = [], applications = [] }: CreateInstanceBody): JsonObject => ({
  onFailure,
  ...(applications.length > 0 ? { applications: applications as unknown as Json } : {}),
  ...(seed.length > 0 ? { seed: seed.map(({ bundle, parameters = {} }) => ({ bundle, parameters })) } : {}),
})

function newInstance(
  plan: InstancePlan,
  { body, from }: Pick<CreateInstanceRequest, 'body' | 'from'>,
): Omit<NewInstance, 'batchId' | 'ref'> {
  return {
    id: randomUUID(),
    tenant: plan.placement.tenant,
    environmentId: plan.placement.environmentId,
    adminTenant: plan.placement.adminTenant,
    serverId: plan.server.id,
    name: body.name,
    displayName: body.displayName ?? null,
    instanceType: plan.instanceType,
    contexts: body.contexts ?? {},
    labels: body.labels ?? {},
    templateName: plan.template,
    databaseName: plan.databaseName,
    origin: from?.origin ?? 'created',
    sourceInstanceId: from?.sourceInstanceId ?? null,
    deletionProtection: body.deletionProtection ?? false,
    parameters: plan.parameters,
    parametersHash: plan.parametersHash,
    expiresAt: body.expiresAt ?? null,
  }
}

/** What the holder of the name means for this request. Null when the name is free after all. */
async function answerExisting(
  store: Store,
  plan: InstancePlan,
  request: CreateInstanceRequest,
): Promise<CreateInstanceAnswer | null> {
  const { database } = store
  const { placement } = plan
  const holder = await readNameHolder(database, {
    environmentId: placement.environmentId,
    adminTenant: placement.adminTenant,
    name: request.body.name,
  })
  if (!holder) return null
  assertMayBeKnown(holder, plan, request.body.name, request.actor)
  const job = await readLastJob(database, holder.id, (request.from?.definition ?? createInstance).type)
  assertSameRequest(holder, plan, job)
  if (!job)
    throw new Failure('instance_exists', `An instance named "${holder.name}" exists.`, {
      extensions: { instance: { id: holder.id, href: `/v1/instances/${holder.id}` } },
    })
  return { status: holder.status === 'provisioning' ? 202 : 200, created: false, instance: holder, job }
}

function nameIsTaken(plan: InstancePlan, constraint: string | null): Failure {
  return constraint === 'instances_held_database_name_key'
    ? new Failure('database_name_taken', `The database name "${plan.databaseName}" is taken on "${plan.server.name}".`)
    : new Failure('instance_exists', 'An instance of this name exists.')
}
