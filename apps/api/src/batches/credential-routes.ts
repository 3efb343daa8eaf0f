import { operations, type BatchCredential } from '@edfi-tenants/contract'
import { Failure } from '@edfi-tenants/core'
import {
  acknowledgeBatchCredentials,
  appendAuditEvents,
  areSecretsGone,
  listBatchCredentials,
  openCredentialSecret,
  readBatch,
  type BatchRow,
} from '@edfi-tenants/store'
import type { AuditSubject } from '../http/call.js'
import { noContent, ok } from '../http/answer.js'
import { changeWith } from '../http/change.js'
import { found } from '../http/found.js'
import { route, type Route } from '../http/route.js'
import type { Parts } from '../parts.js'
import { credentialCsv } from './credential-csv.js'

/** `/v1/batches/{id}/credentials`. */
export const batchCredentialRoutes = (parts: Parts): Route[] => [
  route(operations.getBatchCredentials, async (call) => {
    const { database, sealer } = parts.store
    const batch = found(await readBatch(database, call.params.id, call.actor.tenants))
    const rows = await listBatchCredentials(database, batch.id)
    if (areSecretsGone(rows))
      throw new Failure('credentials_gone', 'The secrets of this batch were acknowledged, or their time is up.')
    const items = rows.map((row): BatchCredential => {
      const { ref, tenant, instanceId, name, origin, applicationId, applicationName, apiClientId, key } = row
      const secret = openCredentialSecret(sealer, row)
      const { readableUntil } = row
      return {
        ref,
        tenant,
        instanceId,
        name,
        origin,
        applicationId,
        applicationName,
        apiClientId,
        key,
        secret,
        readableUntil,
      }
    })
    await appendAuditEvents(database, [call.audited(subjectOf(batch, { credentials: items.length }))])
    const headers = { 'Cache-Control': 'no-store' }
    if (call.prefers('application/json', 'text/csv') !== 'text/csv') return ok({ items }, headers)
    return {
      status: 200 as const,
      headers: { ...headers, 'Content-Disposition': `attachment; filename="credentials-${batch.number}.csv"` },
      text: { media: 'text/csv; charset=utf-8', content: credentialCsv(items) },
    }
  }),

  route(operations.acknowledgeBatchCredentials, (call) =>
    changeWith(parts.store, call, async ({ database }) => {
      const batch = found(await readBatch(database, call.params.id, call.actor.tenants))
      const erased = await acknowledgeBatchCredentials(database, batch.id)
      return { answer: noContent, audit: subjectOf(batch, { erased }) }
    }),
  ),
]

/** A batch of one tenant is that tenant's affair. */
const subjectOf = ({ id, tenants: [tenant, ...others] }: BatchRow, details: AuditSubject['details']): AuditSubject => ({
  tenant: tenant !== undefined && others.length === 0 ? tenant : null,
  target: `batches/${id}`,
  details: { batch: id, ...details },
})
