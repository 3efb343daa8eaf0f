import {
  createAdminApiClient,
  type AdminApi,
  type AdminApiClient,
  type AdminApiConnection,
} from '@edfi-tenants/admin-api'
import { isFailure, type Failure } from '@edfi-tenants/core'

/** A call that nobody gives up and nothing fences. */
export const call = { signal: new AbortController().signal }

export const clientId = 'tenant-management'
export const clientSecret = 'Wr0ng-to-show+this%secret&anywhere!'

/** The failure that a promise ends in; throws when it ends in anything else. */
export async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const outcome = await promise.then(
    (value) => new Error(`succeeded with ${JSON.stringify(value)}`),
    (error: unknown) => error,
  )
  if (isFailure(outcome)) return outcome
  throw outcome
}

/** Everything a failure could show to anybody, causes included. */
export function everythingIn(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const own = Object.getOwnPropertyNames(error).map((name) => JSON.stringify(Reflect.get(error, name)))
  return [...own, error.cause === undefined ? '' : everythingIn(error.cause)].join('\n')
}

const clients: AdminApiClient[] = []

/** Opens an Admin API with a client of its own, so that no test profits from another one's tokens. */
export function open(url: string, settings: Partial<AdminApiConnection> & { tenant?: string } = {}): AdminApi {
  const { tenant = '', ...connection } = settings
  const client = createAdminApiClient()
  clients.push(client)
  return client.open({ url, clientId, clientSecret, mode: 'auto', multiTenant: tenant !== '', ...connection }, tenant)
}

/** Closes what `open` opened. */
export async function closeAll(): Promise<void> {
  await Promise.all(clients.splice(0).map((client) => client.close()))
}
