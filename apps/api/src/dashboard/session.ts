import { hasScope, isFailure } from '@edfi-tenants/core'
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

/** Whether a browser was let in, and its client may still see what it wants to see. */
export async function hasSession(request: Request, signIn: SignIn): Promise<boolean> {
  const [, token] = new RegExp(`(?:^|; *)${cookieName}=([A-Za-z0-9._-]+)`).exec(request.headers.cookie ?? '') ?? []
  if (token === undefined) return false
  try {
    const claims = await verifyOwnToken(signIn.keys, token, 'dashboard')
    const client = await clientOfToken(signIn.clients, claims)
    return client !== null && maySee({ ...client, scopes: [...actorOfClient(client, claims).scopes] })
  } catch (error) {
    if (error instanceof errors.JOSEError || (isFailure(error) && error.code === 'unauthenticated')) return false
    throw error
  }
}
