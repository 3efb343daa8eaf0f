import { Failure } from '@edfi-tenants/core'

/** Refuses an end that is over already: what it was meant for would be made only to be deleted. */
export function assertFuture(expiresAt: string | null | undefined): void {
  if (expiresAt == null || Date.parse(expiresAt) > Date.now()) return
  throw new Failure('validation_failed', 'The request is not valid.', {
    errors: [{ pointer: '/expiresAt', detail: 'must be in the future' }],
  })
}
