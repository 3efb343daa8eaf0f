import { Failure } from '@edfi-tenants/core'

/**
 * The failure of a sign-in for which Entra ID gave no token; null for any other error. The driver puts what went wrong
 * beside an error of its own, and that may hold the request with its secret, so only the status is kept of it.
 */
export function entraFailure(error: unknown): Failure | null {
  if (!(error instanceof AggregateError)) return null
  const parts = error.errors as { code?: unknown; name?: unknown; statusCode?: unknown }[]
  if (!parts.some((part) => part.code === 'EFEDAUTH')) return null
  const { name, statusCode } = parts.find((part) => part.code !== 'EFEDAUTH') ?? {}
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 && statusCode !== 429)
    return new Failure('server_login_failed', `Entra ID refuses the credentials (status ${statusCode}).`)
  // Nothing that the worker could sign in as: no managed identity, no variables.
  if (name === 'CredentialUnavailableError' || name === 'AggregateAuthenticationError')
    return new Failure('server_login_failed', 'The worker has no identity that Entra ID would give a token for.')
  return new Failure('server_unreachable', 'Entra ID gave no token.', { retryable: true })
}
