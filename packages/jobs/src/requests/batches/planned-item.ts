import type { FieldFault } from '@edfi-tenants/core'
import type { NewAuditEvent, NewInstance, NewJob } from '@edfi-tenants/store'
import type { JobDefinition } from '../../engine/define-job.js'
import type { JobSubject } from '../new-job.js'

/** Where the rows of an item stand within their batch. */
export type ItemPlace = Pick<JobSubject, 'batchId' | 'ref' | 'priority' | 'held'>

/** What is written for an item that starts something. */
export interface ItemRows {
  instance?: NewInstance
  job: NewJob
  audit: NewAuditEvent
}

/** An item with everything decided about it, nothing written yet. */
export interface PlannedItem {
  /** Its place in the request, from 0. */
  position: number
  ref: string | null
  tenant: string
  /** Null while the instance is still to be made. */
  instanceId: string | null
  name: string
  databaseName: string
  server: { id: string; name: string }
  /** What the instance is made from; null where none is made. */
  template: string | null
  /** Who is interrupted by it, in words; null: nobody. */
  interruption: string | null
  /** Null: there is nothing to do, for that is how it is, or what is being done, already. */
  start: { definition: JobDefinition; rows: (place: ItemPlace) => ItemRows } | null
}

/** What a kind of operation makes of the items it is given. */
export interface PlannedItems {
  items: PlannedItem[]
  faults: FieldFault[]
}
