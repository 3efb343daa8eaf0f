import { Failure, hasScope, scopes, type Actor, type Scope, type TenantBound } from '@edfi-tenants/core'
import type { KeyRing } from '@edfi-tenants/runtime'
import type { ApiClientRow } from '@edfi-tenants/store'
import { jwtVerify, SignJWT, type JWTPayload } from 'jose'
import { secretVersion, type ClientLookup } from './client-lookup.js'

/** What a token is good for; one kind is never taken for the other. */
export type Audience = 'api' | 'dashboard'

const issuer = 'edfi-tenants'
const algorithm = 'HS256'

/** Signs a token of ours with the first key. */
export const signToken = (
  keys: KeyRing,
  token: { client: ApiClientRow; scopes: readonly Scope[]; audience: Audience; lifetimeSeconds: number },
): Promise<string> =>
  new SignJWT({ scope: token.scopes.join(' '), secret: secretVersion(token.client) })
    .setProtectedHeader({ alg: algorithm, kid: keys[0].id, typ: 'JWT' })
    .setIssuer(issuer)
    .setAudience(token.audience)
    .setSubject(token.client.id)
    .setIssuedAt()
    .setExpirationTime(`${token.lifetimeSeconds}s`)
    .sign(keys[0].key)

/** The claims of a token of ours. Throws what jose throws when it is none, or has ended. */
export async function verifyOwnToken(keys: KeyRing, token: string, audience: Audience): Promise<JWTPayload> {
  const { payload } = await jwtVerify(
    token,
    ({ kid }) => {
      const key = keys.find(({ id }) => id === kid)
      if (!key) throw new Failure('unauthenticated', 'The token is signed with an unknown key.')
      return key.key
    },
    { algorithms: [algorithm], issuer, audience, requiredClaims: ['sub', 'exp', 'scope', 'secret'] },
  )
  return payload
}

/** What the bearer of a token may do now: what it was granted, as far as its client still has it. Null: nothing any more. */
export async function clientOfToken(clients: ClientLookup, claims: JWTPayload): Promise<ApiClientRow | null> {
  const client = await clients.find(claims.sub ?? '')
  return client && secretVersion(client) === claims['secret'] ? client : null
}

/** The actor that a client is within the scopes of its token. */
export function actorOfClient(client: ApiClientRow, claims: JWTPayload): Actor {
  const granted = scopesIn(claims['scope'])
  return {
    clientId: client.id,
    scopes: granted.filter((scope) => hasScope(client.scopes, scope)),
    tenants: boundOf(client.tenants),
  }
}

/** The scopes in a claim: words between spaces, or an array. Unknown ones are none of ours and left out. */
export function scopesIn(claim: unknown): Scope[] {
  const words = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? (claim as unknown[]) : []
  return scopes.filter((scope) => words.includes(scope))
}

/** A list of tenants as a bound; `*` anywhere is every tenant. */
export const boundOf = (tenants: readonly string[]): TenantBound => (tenants.includes('*') ? '*' : tenants)
