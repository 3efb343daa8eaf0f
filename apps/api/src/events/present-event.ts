import type { Event } from '@edfi-tenants/contract'
import type { EventRow } from '@edfi-tenants/store'

/** An event as clients see it. */
export const presentEvent = (row: EventRow): Event => ({
  type: row.type,
  jobId: row.jobId,
  jobType: row.jobType,
  instanceId: row.instanceId,
  tenant: row.tenant,
  batchId: row.batchId,
  ref: row.ref,
  sequence: row.sequence,
  at: row.at,
  data: row.data,
})

/** An event as a stream has it (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export const streamText = (id: string, row: EventRow): string =>
  `id: ${id}\nevent: ${row.type}\ndata: ${JSON.stringify(presentEvent(row))}\n\n`
