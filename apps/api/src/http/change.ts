import type { Operation } from '@edfi-tenants/contract'
import { appendAuditEvents, changeRecords, type Records, type Store } from '@edfi-tenants/store'
import type { Answer } from './answer.js'
import type { AuditSubject, Call } from './call.js'

/**
 * Runs a change of records in one transaction with its audit event and, where the client sent an `Idempotency-Key`, the
 * answer to be replayed.
 */
export function changeWith<O extends Operation, Given extends Answer>(
  store: Store,
  call: Call<O>,
  work: (records: Records) => Promise<{ answer: Given; audit: AuditSubject }>,
): Promise<Given> {
  return changeRecords(store, async (records) => {
    const { answer, audit } = await work(records)
    await appendAuditEvents(records.database, [call.audited(audit)])
    await call.keep(records.database, answer)
    return answer
  })
}
