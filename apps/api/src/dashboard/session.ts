import { hasScope, isFailure, type Scope } from '@edfi-tenants/core'
import type { ApiClientRow } from '@edfi-tenants/store'
import { errors } from 'jose'
import type { Request, Response } from 'express'
import { actorOfClient, boundOf, clientOfToken, signToken, verifyOwnToken } from '../sign-in/own-tokens.js'
import type { SignIn } from '../sign-in/sign-in.js'

const cookieName = 'edfi_tenants_dashboard'
const lifetimeSeconds = 12 * 60 * 60

/** The dashboard shows every tenant's work, so it is for clients bound to all that administer or manage jobs. */
export const maySee = (client: Pick<ApiClientRow, 'scopes' | 'tenants'>): boolean =>
  boundOf(client.tenants) === '*' && hasScope(client.scopes, 'jobs:manage')

/** How long a token for the page lasts; it asks for another before that. */
const pageTokenSeconds = 300

/** A token with which the page asks the API: with the rights of the session, and short-lived, as scripts can read it. */
export async function pageToken({ client, scopes }: Session, { keys }: SignIn) {
  const token = await signToken(keys, { client, scopes, audience: 'api', lifetimeSeconds: pageTokenSeconds })
  return {
    access_token: token,
    token_type: 'Bearer',
    expires_in: pageTokenSeconds,
    scope: scopes.join(' '),
    client: client.id,
  }
}

/** Lets a browser in for twelve hours. The cookie goes to no other site, and no script can read it. */
export async function openSession(request: Request, response: Response, signIn: SignIn, client: ApiClientRow) {
  const token = await signToken(signIn.keys, { client, scopes: client.scopes, audience: 'dashboard', lifetimeSeconds })
  response.cookie(cookieName, token, { ...cookieOptions(request), maxAge: lifetimeSeconds * 1000 })
}

/** Sends a browser out. */
export const closeSession = (request: Request, response: Response) =>
  response.clearCookie(cookieName, cookieOptions(request))

const cookieOptions = (request: Request) => ({
  httpOnly: true,
  sameSite: 'strict' as const,
  secure: request.secure,
  path: '/dashboard',
})

/** Who a browser was let in as, and what it may do. */
export interface Session {
  client: ApiClientRow
  scopes: readonly Scope[]
}

/** The session of a browser that was let in, and whose client may still see the dashboard; else null. */
export async function sessionOf(request: Request, signIn: SignIn): Promise<Session | null> {
  const [, token] = new RegExp(`(?:^|; *)${cookieName}=([A-Za-z0-9._-]+)`).exec(request.headers.cookie ?? '') ?? []
  if (token === undefined) return null
  try {
    const claims = await verifyOwnToken(signIn.keys, token, 'dashboard')
    const client = await clientOfToken(signIn.clients, claims)
    if (!client) return null
    const { scopes } = actorOfClient(client, claims)
    return maySee({ ...client, scopes: [...scopes] }) ? { client, scopes } : null
  } catch (error) {
    if (error instanceof errors.JOSEError || (isFailure(error) && error.code === 'unauthenticated')) return null
    throw error
  }
}
