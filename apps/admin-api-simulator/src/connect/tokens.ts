import { randomUUID } from 'node:crypto'
import { jwtVerify, SignJWT } from 'jose'
import type { Settings } from '../options.js'

/** The only scope that opens `/v2`. */
export const fullAccessScope = 'edfi_admin_api/full_access'

/** Signs an access token. Tokens carry no tenant: one is good for all of them, as in the original. */
export async function signToken(settings: Settings, clientId: string, name: string, scope: string): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  return await new SignJWT({ name, scope, client_id: clientId })
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
    .setSubject(clientId)
    .setJti(randomUUID())
    .setIssuedAt(now)
    .setExpirationTime(now + settings.tokenLifetimeSeconds)
    .sign(signingKey(settings))
}

/** What a token allows: `invalid` when it is expired or not ours, `forbidden` when it lacks the scope. */
export async function checkToken(settings: Settings, token: string): Promise<'valid' | 'invalid' | 'forbidden'> {
  try {
    const { payload } = await jwtVerify(token, signingKey(settings), { algorithms: ['HS256'] })
    const scopes = typeof payload.scope === 'string' ? payload.scope.toLowerCase().split(' ') : []
    return scopes.includes(fullAccessScope) ? 'valid' : 'forbidden'
  } catch {
    return 'invalid'
  }
}

function signingKey(settings: Settings): Uint8Array {
  return Buffer.from(settings.signingKey, 'base64')
}
