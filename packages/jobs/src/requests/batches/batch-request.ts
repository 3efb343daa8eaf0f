import type { FieldFault, InstanceStatus, JsonObject } from '@edfi-tenants/core'
import type { BatchRow } from '@edfi-tenants/store'
import type { AskedSeed } from '../../seeds/seed.js'
import type { CloneOrder } from '../copy-sources.js'
import type { CreateInstanceBody } from '../plan-create-instance.js'
import type { ArchiveOrder } from '../request-archives.js'
import type { DeletePolicy, DeleteRequest } from '../request-delete-instance.js'
import type { RequestOrigin } from '../request-origin.js'

/** What every item may carry. */
interface Referred {
  /** The caller's own name for it, given back everywhere. */
  ref?: string | undefined
}

/** An item about an instance that is there. */
interface AboutInstance extends Referred {
  instanceId: string
  /** The name of the instance, again; must be its exact name where it is given. */
  confirm?: string | undefined
}

/** An item of each operation: the body of the single call, and its query parameters where it has some. */
export interface BatchItemOf {
  'instance.create': Referred & CreateInstanceBody
  'instance.clone': AboutInstance & CloneOrder & Omit<CreateInstanceBody, 'tenant' | 'template'> & { tenant?: string }
  'instance.delete': AboutInstance & Partial<Omit<DeleteRequest, 'confirm'>>
  'instance.seed': AboutInstance & Partial<AskedSeed> & { seed?: readonly AskedSeed[] | undefined }
  'instance.stop': AboutInstance
  'instance.start': AboutInstance
  'instance.archive': AboutInstance & ArchiveOrder
  'instance.health': AboutInstance
}

/** What many can be asked for at once. */
export type BatchOperation = keyof BatchItemOf

/** An item of any operation. */
export type BatchItem = BatchItemOf[BatchOperation]

/** Which instances are meant, instead of naming each; all that is given must fit. Protected ones are left out of what ends their use. */
export interface InstanceSelector {
  tenant?: string | undefined
  /** The whole name, ignoring case. */
  name?: string | undefined
  labels?: Record<string, string> | undefined
  contexts?: Record<string, string> | undefined
  server?: string | undefined
  /** Default: those statuses in which the operation makes sense. */
  status?: InstanceStatus | undefined
  /** ISO 8601. */
  createdBefore?: string | undefined
}

/** How a batch is to be run. */
export interface BatchOptions {
  /** Jobs that may be at work at once; absent: as many as the database servers have slots. */
  maxParallel?: number | undefined
  /** Failed jobs after which it pauses by itself. */
  stopAfterFailures?: number | undefined
  /** The first so many must succeed before the rest begins. */
  canary?: number | undefined
}

/** A batch as it is asked for; items are valid by themselves unless `found` says otherwise. */
export interface BatchRequest extends RequestOrigin {
  operation: BatchOperation
  /** In the caller's order; absent where there is a selector. */
  items?: readonly BatchItem[] | undefined
  selector?: InstanceSelector | undefined
  /** How many instances the caller expects the selector to stand for. */
  confirmCount?: number | undefined
  /** What every selected instance is asked with. */
  parameters?: JsonObject | undefined
  options?: BatchOptions | undefined
  /** The batch whose creations it deletes. */
  undoes?: string | null | undefined
  /** The batch after which it was asked for. */
  follows?: string | null | undefined
  /** What is to be asked for once it has ended. */
  followUp?: JsonObject | null | undefined
  /** What the HTTP contract found wrong already; items with such faults are not planned, their faults listed with the others. */
  found?: { faults: readonly FieldFault[]; items: ReadonlySet<number> } | undefined
  /** Names no instance's database may have besides the ones always reserved: the control database's. */
  reservedDatabaseNames: readonly string[]
  deletePolicy: Pick<DeletePolicy, 'allowDelete'>
  /** The most items that a batch may have. */
  maxItems: number
}

/** A batch that was taken. */
export interface BatchAnswer {
  batch: BatchRow
  /** Jobs that were written; the other items were unchanged. */
  jobs: number
}
