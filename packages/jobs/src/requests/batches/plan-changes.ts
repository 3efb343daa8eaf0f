import { Failure, isFailure, type FieldFault } from '@edfi-tenants/core'
import {
  lockInstances,
  readChangingJobs,
  readInstances,
  readManifests,
  readSeedBundles,
  readServersById,
  type Database,
  type InstanceRow,
  type ServedBy,
} from '@edfi-tenants/store'
import { newJob } from '../new-job.js'
import { accepted } from '../request-origin.js'
import type { BatchItem, BatchItemOf, BatchRequest } from './batch-request.js'
import { changeOperations, type ChangeOperation, type ChangeSurroundings, type Judged } from './change-operations.js'
import { itemFaults } from './item-faults.js'
import type { ItemPlace, ItemRows, PlannedItem, PlannedItems } from './planned-item.js'

/**
 * Plans one operation for many instances that are there, with as many queries as one takes. With `lock`, their rows stay
 * locked until the transaction ends, so that what is judged here still holds when the jobs are written. `pointerOf` says
 * where an item stands in the request.
 */
export async function planChanges(
  database: Database,
  request: BatchRequest,
  items: readonly BatchItem[],
  positions: readonly number[],
  { lock, pointerOf }: { lock: boolean; pointerOf: (position: number) => string },
): Promise<PlannedItems> {
  const operation = request.operation as ChangeOperation
  const idAt = (position: number): string => (items[position] as BatchItemOf[ChangeOperation]).instanceId.toLowerCase()
  const ids = [...new Set(positions.map(idAt))]
  if (lock) await lockInstances(database, ids)
  const instances = new Map((await readInstances(database, ids, request.actor.tenants)).map((row) => [row.id, row]))
  const known = await readSurroundings(database, request, [...instances.values()])

  const faults: FieldFault[] = []
  const firstWith = new Map<string, number>()
  const planned: PlannedItem[] = []
  for (const position of positions) {
    const id = idAt(position)
    try {
      const first = firstWith.get(id)
      if (first !== undefined)
        throw new Failure('validation_failed', 'The request is not valid.', {
          errors: [{ pointer: '/instanceId', detail: `is that of the item at position ${first} already` }],
        })
      firstWith.set(id, position)
      const instance = instances.get(id)
      if (!instance) throw new Failure('not_found', 'There is no such instance.')
      const { judge } = changeOperations[operation]
      // The item is of the operation: that is what the contract checked.
      const judged = (judge as (item: BatchItem | undefined, around: ChangeSurroundings) => Judged)(
        items[position],
        known.around(instance),
      )
      planned.push(plannedItem(request, items[position], position, instance, known.serverOf(instance), judged))
    } catch (error) {
      if (!isFailure(error)) throw error
      faults.push(...itemFaults(error, pointerOf(position), '/instanceId'))
    }
  }
  return { items: planned, faults }
}

async function readSurroundings(database: Database, request: BatchRequest, instances: readonly InstanceRow[]) {
  const busy = instances.filter(({ activeJobId }) => activeJobId !== null).map(({ id }) => id)
  const changing = busy.length === 0 ? [] : await readChangingJobs(database, busy)
  const changingOf = new Map(changing.map((job) => [job.instanceId, job]))
  const servers = await readServersById(database, [...new Set(instances.map(({ serverId }) => serverId))])
  const serverById = new Map(servers.map((server) => [server.id, server]))
  const manifests = new Map((await readManifests({ database })).map((manifest) => [manifest.name, manifest]))
  const seedBundles = request.operation === 'instance.seed' ? await readSeedBundles({ database }) : []
  const serverOf = ({ serverId }: InstanceRow): ServedBy | undefined => serverById.get(serverId)
  return {
    serverOf,
    around: (instance: InstanceRow): ChangeSurroundings => ({
      instance,
      changing: changingOf.get(instance.id) ?? null,
      manifest: manifests.get(serverOf(instance)?.engine ?? ''),
      seedBundles,
      deletePolicy: request.deletePolicy,
    }),
  }
}

function plannedItem(
  request: BatchRequest,
  item: BatchItem | undefined,
  position: number,
  instance: InstanceRow,
  server: ServedBy | undefined,
  judged: Judged,
): PlannedItem {
  return {
    position,
    ref: item?.ref ?? null,
    tenant: instance.tenant,
    instanceId: instance.id,
    name: instance.name,
    databaseName: instance.databaseName,
    server: { id: instance.serverId, name: instance.server },
    template: null,
    interruption: null,
    start: judged && {
      definition: judged.definition,
      rows: (place) => changeRows(request, instance, server, judged, place),
    },
  }
}

function changeRows(
  request: BatchRequest,
  instance: InstanceRow,
  server: ServedBy | undefined,
  { definition, parameters, details }: NonNullable<Judged>,
  place: ItemPlace,
): ItemRows {
  const usesServer = definition.steps.some((step) => step.usesServer)
  const { id: instanceId, tenant, name: target, environmentId, serverId } = instance
  const job = newJob(definition, request, {
    tenant,
    instanceId,
    environmentId,
    serverId,
    ...(server ? { workerPool: server.workerPool, ...(usesServer ? { engine: server.engine } : {}) } : {}),
    parameters,
    ...place,
  })
  return {
    job,
    audit: accepted(request, definition.type, {
      tenant,
      instanceId,
      target,
      details: { job: job.id, ...(place.batchId == null ? {} : { batch: place.batchId }), ...details },
    }),
  }
}
