import { Failure, isFailure } from '@edfi-tenants/core'

/**
 * What a call fails with when its signal was aborted: the reason itself where that is a failure (a cancelled job, a lost
 * lease), else a retryable one, since nobody knows how far the call had come.
 */
export function abortFailure(signal: AbortSignal): Failure {
  if (isFailure(signal.reason)) return signal.reason
  return new Failure('admin_api_unreachable', 'The call to Admin API was given up before it was answered.', {
    retryable: true,
    cause: signal.reason,
  })
}
