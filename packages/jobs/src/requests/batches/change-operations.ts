import { Failure, type InstanceStatus, type JsonObject } from '@edfi-tenants/core'
import type { ChangingJob, InstanceRow, PublishedManifest, PublishedSeedBundle } from '@edfi-tenants/store'
import { archiveInstance } from '../../archive-instance.js'
import { checkHealth } from '../../check-health.js'
import { deleteInstance } from '../../delete-instance.js'
import type { JobDefinition } from '../../engine/define-job.js'
import { purgeInstance } from '../../purge-instance.js'
import { seedInstance } from '../../seed-instance.js'
import { planPublishedSeeds } from '../../seeds/plan-seeds.js'
import type { AskedSeed } from '../../seeds/seed.js'
import { startInstance } from '../../start-instance.js'
import { stopInstance } from '../../stop-instance.js'
import { assertCapable } from '../assert-capability.js'
import { assertFuture } from '../assert-future.js'
import type { ArchiveOrder } from '../request-archives.js'
import { assertDeletable, type DeletePolicy, type DeleteRequest } from '../request-delete-instance.js'
import { wrongStatus } from '../request-instance-job.js'
import type { BatchItemOf, BatchOperation } from './batch-request.js'

/** Operations about instances that are there. */
export type ChangeOperation = Exclude<BatchOperation, 'instance.create' | 'instance.clone'>

/** What judging an item depends on besides the item. */
export interface ChangeSurroundings {
  instance: InstanceRow
  /** The job that changes the instance now; null: none does. */
  changing: ChangingJob | null
  manifest: PublishedManifest | undefined
  seedBundles: readonly PublishedSeedBundle[]
  deletePolicy: Pick<DeletePolicy, 'allowDelete'>
}

/** The job an item comes to; null: there is nothing to do. */
export type Judged = { definition: JobDefinition; parameters: JsonObject; details?: JsonObject } | null

interface Change<Operation extends ChangeOperation> {
  /** Whether it ends the use of an instance: a selector then leaves protected ones out. */
  destructive: boolean
  /** The statuses that a selector without one stands for. */
  selects: readonly InstanceStatus[]
  /** Throws the failure that the single call would have. */
  judge: (item: BatchItemOf[Operation], surroundings: ChangeSurroundings) => Judged
}

/** Whether an instance can be asked for a job that changes it. */
function assertFree({ instance, changing }: ChangeSurroundings): void {
  if (changing === null) return
  throw new Failure('instance_busy', `Job ${changing.number} (${changing.type}) is changing "${instance.name}".`, {
    extensions: { job: { id: changing.id, type: changing.type, href: `/v1/jobs/${changing.id}` } },
  })
}

function assertStatus(instance: InstanceRow, when: readonly InstanceStatus[]): void {
  if (!when.includes(instance.status)) throw wrongStatus(instance)
}

function assertConfirmed({ name }: InstanceRow, confirm: string | undefined): void {
  if (confirm !== undefined && confirm !== name)
    throw new Failure('confirmation_required', 'What "confirm" says is not the exact name of the instance.')
}

/** What is asked for is being done already, by a job of the same kind with the same parameters. */
const isBeingDone = ({ changing }: ChangeSurroundings, { type }: JobDefinition, parameters: JsonObject): boolean =>
  changing?.type === type &&
  Object.entries(parameters).every(([key, value]) => JSON.stringify(changing.parameters[key]) === JSON.stringify(value))

function judgeDelete(item: BatchItemOf['instance.delete'], around: ChangeSurroundings): Judged {
  const { instance, deletePolicy } = around
  const { archive = true, applications = 'refuse', purge = 'scheduled', acceptSameServer = false, confirm } = item
  const asked: DeleteRequest = { confirm, archive, applications, purge, acceptSameServer }
  const parameters: JsonObject = { archive, applications, purge, acceptSameServer }
  if (instance.status === 'purged' || (instance.status === 'deleted' && purge === 'scheduled')) {
    assertDeletable({ ...instance, status: 'active', deletionProtection: false }, asked, deletePolicy)
    return null
  }
  assertDeletable(instance, asked, deletePolicy)
  if (isBeingDone(around, deleteInstance, parameters)) return null
  assertFree(around)
  if (instance.status === 'deleted') return { definition: purgeInstance, parameters: { applications } }
  if (instance.status === 'deleting')
    throw new Failure('instance_busy', `Deleting "${instance.name}" stopped half way; retry the job that began it.`)
  assertStatus(instance, ['active', 'stopped', 'failed'])
  return { definition: deleteInstance, parameters, details: parameters }
}

function judgeSeed(item: BatchItemOf['instance.seed'], around: ChangeSurroundings): Judged {
  const { instance, seedBundles } = around
  assertConfirmed(instance, item.confirm)
  assertFree(around)
  assertStatus(instance, ['active'])
  const { bundle, parameters, seed } = item
  const asked: readonly AskedSeed[] = seed ?? (bundle === undefined ? [] : [{ bundle, parameters }])
  const pointerOf = seed ? undefined : () => ''
  const seeds = planPublishedSeeds(seedBundles, asked, instance.databaseEngine, pointerOf)
  return {
    definition: seedInstance,
    parameters: { seed: seeds as unknown as JsonObject[] },
    details: { bundles: asked.map((one) => one.bundle) },
  }
}

function judgeStop({ confirm }: BatchItemOf['instance.stop'], around: ChangeSurroundings): Judged {
  const { instance, manifest } = around
  assertConfirmed(instance, confirm)
  if (isBeingDone(around, stopInstance, {})) return null
  if (instance.status === 'stopped' && around.changing === null) return null
  assertFree(around)
  assertStatus(instance, ['active'])
  assertCapable(manifest, 'supportsStop')
  return { definition: stopInstance, parameters: {} }
}

function judgeStart({ confirm }: BatchItemOf['instance.start'], around: ChangeSurroundings): Judged {
  const { instance } = around
  assertConfirmed(instance, confirm)
  if (isBeingDone(around, startInstance, {})) return null
  if (instance.status === 'active' && around.changing === null) return null
  assertFree(around)
  if (instance.status === 'deleted' || instance.status === 'purged') throw wrongStatus(instance)
  if (instance.status !== 'stopped')
    throw new Failure('instance_not_stopped', `Instance "${instance.name}" is ${instance.status}.`, {
      extensions: { status: instance.status },
    })
  return { definition: startInstance, parameters: {} }
}

function judgeArchive(item: BatchItemOf['instance.archive'], { instance, manifest }: ChangeSurroundings): Judged {
  const { confirm, allowDowntime, legalHold, expiresAt } = item
  assertConfirmed(instance, confirm)
  assertStatus(instance, ['active', 'stopped'])
  assertFuture(expiresAt)
  assertCapable(manifest, 'supportsArchive')
  const order: ArchiveOrder = {
    ...(allowDowntime === undefined ? {} : { allowDowntime }),
    ...(legalHold === undefined ? {} : { legalHold }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  }
  return { definition: archiveInstance, parameters: { ...order } }
}

function judgeHealth({ confirm }: BatchItemOf['instance.health'], { instance }: ChangeSurroundings): Judged {
  assertConfirmed(instance, confirm)
  assertStatus(instance, ['active', 'stopped'])
  return { definition: checkHealth, parameters: {} }
}

/** How each operation about instances that are there judges its items; as the single calls do. */
export const changeOperations: { [Operation in ChangeOperation]: Change<Operation> } = {
  'instance.delete': { destructive: true, selects: ['active', 'stopped', 'failed'], judge: judgeDelete },
  'instance.stop': { destructive: true, selects: ['active'], judge: judgeStop },
  'instance.start': { destructive: false, selects: ['stopped'], judge: judgeStart },
  'instance.seed': { destructive: false, selects: ['active'], judge: judgeSeed },
  'instance.archive': { destructive: false, selects: ['active', 'stopped'], judge: judgeArchive },
  'instance.health': { destructive: false, selects: ['active', 'stopped'], judge: judgeHealth },
}
