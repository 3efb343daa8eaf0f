import type { Operation } from '@edfi-tenants/contract'
import { tenantNamePattern, type Actor, type Failure } from '@edfi-tenants/core'
import { appendAuditEvents, type Store } from '@edfi-tenants/store'
import type { RequestOrigin } from '@edfi-tenants/jobs'
import type { Log } from '../parts.js'
import { auditAction } from './audit-action.js'

const tenantName = new RegExp(tenantNamePattern)
const authorisation: readonly string[] = ['insufficient_scope', 'outside_grant']
/** Refused before it meant anything, or only put off. */
const untold: readonly string[] = [
  'validation_failed',
  'malformed_json',
  'not_acceptable_media_type',
  'payload_too_large',
  'too_many_requests',
  'idempotency_key_in_use',
  'idempotency_key_reused',
]

/**
 * Whether a refusal is to be remembered: every one by scope or bound, and every refused change. For a client that is
 * bound to some tenants "not found" may mean "not yours", so that is remembered for reading too.
 */
export function isAudited(operation: Operation, failure: Failure, actor: Actor): boolean {
  const { status } = failure.toProblem()
  if (status < 400 || status >= 500 || untold.includes(failure.code)) return false
  if (authorisation.includes(failure.code)) return true
  if (failure.code === 'not_found') return operation.method !== 'get' || actor.tenants !== '*'
  return operation.method !== 'get'
}

/** Writes the audit event of a refused call. Its own failure is only logged: the client gets the refusal anyway. */
export async function auditRefusal(
  parts: { store: Store; log: Log },
  operation: Operation,
  origin: RequestOrigin,
  failure: Failure,
  asked: { path: string; params: Readonly<Record<string, unknown>>; body: unknown },
): Promise<void> {
  const { id } = asked.params
  const isInstance = operation.path.startsWith('/v1/instances/') && typeof id === 'string' && uuid.test(id)
  try {
    await appendAuditEvents(parts.store.database, [
      {
        actor: origin.actor.clientId,
        onBehalfOf: origin.actor.onBehalfOf ?? null,
        action: auditAction(operation),
        outcome: 'refused',
        tenant: tenantOf(operation, asked),
        instanceId: isInstance ? id : null,
        target: asked.path.slice(0, 300),
        requestId: origin.requestId,
        remoteAddress: origin.remoteAddress,
        details: { code: failure.code },
      },
    ])
  } catch (error) {
    parts.log.warn('a refusal could not be audited', { requestId: origin.requestId, error })
  }
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The tenant that the call was about, where it names one. */
function tenantOf(
  operation: Operation,
  asked: { params: Readonly<Record<string, unknown>>; body: unknown },
): string | null {
  const body = typeof asked.body === 'object' && asked.body !== null ? (asked.body as Record<string, unknown>) : {}
  const name = operation.path.startsWith('/v1/tenants') ? (asked.params['name'] ?? body['name']) : body['tenant']
  return typeof name === 'string' && tenantName.test(name) ? name : null
}
