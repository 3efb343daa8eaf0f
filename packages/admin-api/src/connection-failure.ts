import { Failure, isFailure } from '@edfi-tenants/core'

/** The failure of a call that got no complete answer in time. */
export const timeoutFailure = (timeoutMs: number): Failure =>
  new Failure('admin_api_unreachable', `Admin API gave no complete answer within ${timeoutMs} ms.`, { retryable: true })

/**
 * The failure that an error of undici or of the network stands for. Errors that can hold a part of the answer are not
 * passed on as cause.
 */
export function connectionFailure(error: unknown): Failure {
  if (isFailure(error)) return error
  const code = errorCode(error)
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE' || code === 'UND_ERR_HEADERS_OVERFLOW') {
    return new Failure('admin_api_unexpected', 'The answer is larger than any answer of Admin API.')
  }
  if (code.startsWith('HPE_')) {
    return new Failure('admin_api_unexpected', `What answered does not speak HTTP as Admin API does (${code}).`)
  }
  if (code === 'UND_ERR_INVALID_ARG') {
    return new Failure('admin_api_unexpected', 'The request cannot be expressed in HTTP; check URL, tenant and client.')
  }
  return new Failure('admin_api_unreachable', `No connection to Admin API, or it broke (${code}).`, {
    retryable: true,
    cause: new Error(code),
  })
}

/** The code of an error, or of the first one in it where several addresses of a host were tried. */
function errorCode(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return errorCode(error.errors[0])
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return error instanceof Error ? error.name : 'unknown'
}
