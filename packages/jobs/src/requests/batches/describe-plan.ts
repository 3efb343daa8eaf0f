import { problemKinds, type FieldFault } from '@edfi-tenants/core'
import {
  countInstances,
  readPlacements,
  readServersById,
  readTypicalDuration,
  type Database,
  type SelectedInstance,
} from '@edfi-tenants/store'
import type { BatchRequest } from './batch-request.js'
import { planBatch, type BatchPlanning } from './plan-batch.js'
import type { PlannedItem } from './planned-item.js'

/** Room and work of one tenant or database server, as a plan tells them. */
interface Capacity {
  /** Now. */
  instances: number
  /** By the batch. */
  added: number
  /** Null: no limit. */
  maxInstances: number | null
}

/** What a batch would do, and what stands in its way; in the shape of the HTTP contract. */
export interface BatchDescription {
  operation: string
  total: number
  counts: { job: number; unchanged: number; invalid: number }
  steps: string[]
  items: {
    position: number
    ref: string | null
    outcome: 'job' | 'unchanged'
    tenant: string
    instanceId: string | null
    name: string
    databaseName: string
    server: string
    template: string | null
    interruption: string | null
  }[]
  conflicts: { pointer: string; code: string; detail: string }[]
  capacity: {
    tenants: (Capacity & { tenant: string })[]
    servers: (Capacity & {
      server: string
      jobs: number
      maxConcurrency: number
      estimatedDurationMs: number | null
    })[]
  }
  leftOut: { count: number; instances: Pick<SelectedInstance, 'id' | 'name' | 'tenant'>[] }
  estimatedDurationMs: number | null
}

const maxLeftOut = 100

/** Plans a batch and says what it comes to, for people; nothing is written or locked. */
export async function describeBatch(
  database: Database,
  request: BatchRequest,
): Promise<{ plan: BatchDescription; faults: FieldFault[] }> {
  const planning = await planBatch(database, request, { lock: false, isPlan: true })
  const { items, faults, total, leftOut } = planning
  const starting = items.filter(({ start }) => start !== null)
  const servers = await serverCapacity(database, request, starting)
  const plan: BatchDescription = {
    operation: request.operation,
    total,
    counts: {
      job: starting.length,
      unchanged: items.length - starting.length,
      invalid: total - new Set(items.map(({ position }) => position)).size,
    },
    steps: starting[0]?.start?.definition.steps.map(({ name }) => name) ?? [],
    items: items.map((item) => ({
      position: item.position,
      ref: item.ref,
      outcome: item.start ? 'job' : 'unchanged',
      tenant: item.tenant,
      instanceId: item.instanceId,
      name: item.name,
      databaseName: item.databaseName,
      server: item.server.name,
      template: item.template,
      interruption: item.start ? item.interruption : null,
    })),
    conflicts: conflictsIn(planning),
    capacity: { tenants: await tenantCapacity(database, starting), servers },
    leftOut: {
      count: leftOut.length,
      instances: leftOut.slice(0, maxLeftOut).map(({ id, name, tenant }) => ({ id, name, tenant })),
    },
    estimatedDurationMs: wholeDuration(servers, starting.length),
  }
  return { plan, faults }
}

/** What is refused because of what is there, not because of what was written. */
const conflictsIn = ({ faults }: BatchPlanning): BatchDescription['conflicts'] =>
  faults.flatMap(({ pointer, detail, code }) =>
    code !== undefined && problemKinds[code].status === 409 ? [{ pointer, code, detail }] : [],
  )

const isAdded = ({ instanceId }: PlannedItem): boolean => instanceId === null

function countBy(items: readonly PlannedItem[], keyOf: (item: PlannedItem) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1)
  return counts
}

async function tenantCapacity(
  database: Database,
  starting: readonly PlannedItem[],
): Promise<BatchDescription['capacity']['tenants']> {
  const added = countBy(starting.filter(isAdded), ({ tenant }) => tenant)
  const names = [...new Set(starting.map(({ tenant }) => tenant))]
  if (names.length === 0) return []
  const { tenants } = await countInstances(database, { tenants: names, serverIds: [] })
  const limits = new Map((await readPlacements(database, names)).map((row) => [row.tenant, row.maxInstances]))
  return names.map((tenant) => ({
    tenant,
    instances: tenants.get(tenant) ?? 0,
    added: added.get(tenant) ?? 0,
    maxInstances: limits.get(tenant) ?? null,
  }))
}

/** How long the jobs of each server take: as long as one usually does, as often as its slots must be filled anew. */
async function serverCapacity(
  database: Database,
  { options = {} }: BatchRequest,
  starting: readonly PlannedItem[],
): Promise<BatchDescription['capacity']['servers']> {
  const added = countBy(starting.filter(isAdded), ({ server }) => server.id)
  const jobs = countBy(starting, ({ server }) => server.id)
  const type = starting[0]?.start?.definition.type
  if (type === undefined) return []
  const rows = await readServersById(database, [...jobs.keys()])
  const { servers } = await countInstances(database, { tenants: [], serverIds: [...jobs.keys()] })
  return Promise.all(
    rows.map(async ({ id, name, maxConcurrency, maxInstances }) => {
      const typical = await readTypicalDuration(database, type, id)
      const atOnce = Math.min(maxConcurrency, options.maxParallel ?? maxConcurrency)
      const rounds = Math.ceil((jobs.get(id) ?? 0) / atOnce)
      return {
        server: name,
        instances: servers.get(id) ?? 0,
        added: added.get(id) ?? 0,
        maxInstances,
        jobs: jobs.get(id) ?? 0,
        maxConcurrency,
        estimatedDurationMs: typical === null ? null : typical * rounds,
      }
    }),
  )
}

/** Servers work side by side, so the slowest of them counts; null when one of them has no history yet. */
function wholeDuration(servers: BatchDescription['capacity']['servers'], jobs: number): number | null {
  if (jobs === 0) return 0
  const durations = servers.map(({ estimatedDurationMs }) => estimatedDurationMs)
  return durations.includes(null) ? null : Math.max(...durations.map((duration) => duration ?? 0))
}
