import { Failure, isFailure, isWithinBound, type FieldFault } from '@edfi-tenants/core'
import {
  lockRoom,
  readInstances,
  readManifests,
  readNameHolders,
  readPlacements,
  readSeedBundles,
  readServersById,
  takeTurnWithCreations,
  type Database,
  type LockedRoom,
  type NameHolderRow,
  type Placement,
} from '@edfi-tenants/store'
import { createInstance } from '../../create-instance.js'
import { assertRoom } from '../assert-room.js'
import { cloneSourceOf, interruptionBy } from '../copy-sources.js'
import { assertMayBeKnown, assertSameRequest } from '../name-holder.js'
import type { CopySource, CreateInstanceBody, InstancePlan } from '../plan-create-instance.js'
import { planCreation } from '../plan-creation.js'
import { creationRows } from '../request-create-instance.js'
import { ambiguousItems, type ContextsOfItem } from './ambiguous-items.js'
import type { BatchItemOf, BatchRequest } from './batch-request.js'
import { itemFaults } from './item-faults.js'
import type { PlannedItem, PlannedItems } from './planned-item.js'

/** An item as a request for a new instance. */
interface AskedCreation {
  position: number
  ref: string | null
  body: CreateInstanceBody
  from?: CopySource | undefined
  /** Of a clone: who is interrupted by it. */
  interruption?: string | null
}

interface PlannedCreation extends AskedCreation {
  plan: InstancePlan
}

/**
 * Plans many new instances with as many queries as one takes: placements once per tenant, seed bundles once, all holders
 * of names at once. With `lock`, other batches of creations, limited tenants and database servers wait until the
 * transaction ends.
 */
export async function planCreations(
  database: Database,
  request: BatchRequest,
  positions: readonly number[],
  { lock }: { lock: boolean },
): Promise<PlannedItems> {
  const faults: FieldFault[] = []
  const asked =
    request.operation === 'instance.clone'
      ? await askedClones(database, request, positions, faults)
      : positions.map((position) => askedCreation(request, position))
  const placements = await placementsOf(database, request, asked)
  const seedBundles = asked.some(({ body }) => (body.seed?.length ?? 0) > 0) ? await readSeedBundles({ database }) : []
  const { reservedDatabaseNames } = request
  const planned: PlannedCreation[] = []
  for (const item of asked) {
    const placement = placements.get(item.body.tenant.toLowerCase()) ?? null
    const result = planCreation(item.body, { placement, seedBundles, reservedDatabaseNames, from: item.from })
    if ('plan' in result) planned.push({ ...item, plan: result.plan })
    else faults.push(...result.failures.flatMap((failure) => itemFaults(failure, pointerTo(item))))
  }
  faults.push(...repeatedNames(planned), ...ambiguousItems(planned.map(contextsOf)))
  if (lock) await takeTurnWithCreations(database)
  const judged = await judgeHolders(database, request, planned, faults)
  await assertRoomForAll(database, judged, faults, { lock })
  return { items: judged.map((item) => plannedItem(item, request)), faults }
}

const contextsOf = ({ position, body, plan }: PlannedCreation): ContextsOfItem => ({
  position,
  scope: JSON.stringify([plan.placement.environmentId, plan.placement.adminTenant]),
  contexts: body.contexts ?? {},
  applications: body.applications ?? [],
})

const pointerTo = ({ position }: { position: number }): string => `/items/${position}`

function askedCreation(request: BatchRequest, position: number): AskedCreation {
  const { ref, ...body } = request.items?.[position] as BatchItemOf['instance.create']
  return { position, ref: ref ?? null, body }
}

async function askedClones(
  database: Database,
  request: BatchRequest,
  positions: readonly number[],
  faults: FieldFault[],
): Promise<AskedCreation[]> {
  const items = positions.map((position) => ({
    position,
    item: request.items?.[position] as BatchItemOf['instance.clone'],
  }))
  const ids = [...new Set(items.map(({ item }) => item.instanceId))]
  const sources = new Map(
    (await readInstances(database, ids, request.actor.tenants)).map((source) => [source.id, source]),
  )
  const serverIds = [...new Set([...sources.values()].map(({ serverId }) => serverId))]
  const servers = new Map((await readServersById(database, serverIds)).map((server) => [server.id, server]))
  const manifests = await readManifests({ database })
  return items.flatMap(({ position, item }) => {
    const { ref, instanceId, confirm, method, allowDowntime, register, ...asked } = item
    try {
      const source = sources.get(instanceId.toLowerCase())
      if (!source) throw new Failure('not_found', 'There is no such instance.')
      if (confirm !== undefined && confirm !== source.name)
        throw new Failure('confirmation_required', 'It is not the exact name of the instance.')
      const order = { method, allowDowntime, register }
      const from = cloneSourceOf(source, servers.get(source.serverId) ?? null, manifests, order)
      const body = { ...asked, tenant: asked.tenant ?? source.tenant }
      return [{ position, ref: ref ?? null, body, from, interruption: interruptionBy(source, order) }]
    } catch (error) {
      if (!isFailure(error)) throw error
      faults.push(...itemFaults(error, `/items/${position}`, '/instanceId'))
      return []
    }
  })
}

async function placementsOf(
  database: Database,
  { actor }: BatchRequest,
  asked: readonly AskedCreation[],
): Promise<Map<string, Placement>> {
  const tenants = [...new Set(asked.map(({ body }) => body.tenant.toLowerCase()))].filter((tenant) =>
    isWithinBound(actor.tenants, tenant),
  )
  const placements = tenants.length === 0 ? [] : await readPlacements(database, tenants)
  return new Map(placements.map((placement) => [placement.tenant.toLowerCase(), placement]))
}

/** Names that two items of one batch want. The later one is at fault. */
function repeatedNames(planned: readonly PlannedCreation[]): FieldFault[] {
  const faults: FieldFault[] = []
  const firstWith = new Map<string, number>()
  const note = (key: readonly string[], { position }: PlannedCreation, about: string): void => {
    const text = JSON.stringify(key).toLowerCase()
    const first = firstWith.get(text)
    if (first === undefined) firstWith.set(text, position)
    else
      faults.push({
        pointer: `/items/${position}/${about}`,
        detail: `is wanted by the item at position ${first} already`,
        code: about === 'name' ? 'name_taken' : 'database_name_taken',
      })
  }
  for (const item of planned) {
    const { placement, server, databaseName } = item.plan
    const before = faults.length
    note(['name', placement.environmentId, placement.adminTenant, item.body.name], item, 'name')
    // The same name has the same database name; one fault says it.
    if (faults.length === before) note(['database', server.id, databaseName], item, 'databaseName')
  }
  return faults
}

/** A planned item, and the instance that the same request has made before. */
type JudgedCreation = PlannedCreation & { existing: NameHolderRow | null }

/** Sets those apart that are there already, and those whose names somebody else has. */
async function judgeHolders(
  database: Database,
  { actor }: BatchRequest,
  planned: readonly PlannedCreation[],
  faults: FieldFault[],
): Promise<JudgedCreation[]> {
  if (planned.length === 0) return []
  const holders = await readNameHolders(
    database,
    planned.map(({ position, body, plan: { placement, server, databaseName } }) => ({
      position,
      environmentId: placement.environmentId,
      adminTenant: placement.adminTenant,
      name: body.name,
      serverId: server.id,
      databaseName,
    })),
  )
  const named = new Map(holders.filter(({ holds }) => holds === 'name').map((row) => [row.position, row]))
  const sameDatabase = new Map(
    holders.filter(({ holds }) => holds === 'databaseName').map((row) => [row.position, row]),
  )
  return planned.flatMap((item) => {
    const { plan, body, position } = item
    const existing = named.get(position) ?? null
    try {
      if (existing) {
        assertMayBeKnown(existing, plan, body.name, actor)
        assertSameRequest(existing, plan)
      } else if (sameDatabase.has(position))
        throw new Failure(
          'database_name_taken',
          `The database name "${plan.databaseName}" is taken on "${plan.server.name}".`,
        )
      return [{ ...item, existing }]
    } catch (error) {
      if (!isFailure(error)) throw error
      faults.push(...itemFaults(error, pointerTo(item), '/name'))
      return []
    }
  })
}

/** Counts what the batch itself adds: the items for which there is no place left are at fault, each. */
async function assertRoomForAll(
  database: Database,
  judged: readonly JudgedCreation[],
  faults: FieldFault[],
  { lock }: { lock: boolean },
): Promise<void> {
  const added = judged.filter(({ existing }) => existing === null)
  const limitedTenants = added.filter(({ plan }) => plan.placement.maxInstances !== null)
  const limitedServers = added.filter(({ plan }) => plan.server.maxInstances !== null)
  const room: LockedRoom | null = lock
    ? await lockRoom(database, {
        tenants: [...new Set(limitedTenants.map(({ plan }) => plan.placement.tenant))],
        serverIds: [...new Set(limitedServers.map(({ plan }) => plan.server.id))],
      })
    : null
  const taken = new Map<string, number>()
  for (const item of added) {
    const { placement, server } = item.plan
    const [ofTenant, ofServer] = [`tenant ${placement.tenant}`, `server ${server.id}`]
    try {
      assertRoom({
        placement: {
          ...placement,
          instances:
            (room?.tenants.get(placement.tenant)?.instances ?? placement.instances) + (taken.get(ofTenant) ?? 0),
        },
        server: {
          ...server,
          instances: (room?.servers.get(server.id)?.instances ?? server.instances) + (taken.get(ofServer) ?? 0),
        },
      })
      taken.set(ofTenant, (taken.get(ofTenant) ?? 0) + 1)
      taken.set(ofServer, (taken.get(ofServer) ?? 0) + 1)
    } catch (error) {
      if (!isFailure(error)) throw error
      faults.push(...itemFaults(error, pointerTo(item)))
    }
  }
}

function plannedItem(
  { position, ref, body, from, interruption, plan, existing }: JudgedCreation,
  request: BatchRequest,
): PlannedItem {
  return {
    position,
    ref,
    tenant: plan.placement.tenant,
    instanceId: existing?.id ?? null,
    name: existing?.name ?? body.name,
    databaseName: existing?.databaseName ?? plan.databaseName,
    server: { id: plan.server.id, name: plan.server.name },
    template: plan.template,
    interruption: interruption ?? null,
    start: existing
      ? null
      : {
          definition: from?.definition ?? createInstance,
          rows: (place) => creationRows(plan, { ...request, body, from }, place),
        },
  }
}
