import type { Actor } from '@edfi-tenants/core'
import { createRemoteJWKSet, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose'
import { boundOf, scopesIn } from './own-tokens.js'

/** An issuer whose tokens are taken besides ours. */
export interface OidcIssuer {
  /** The actor that a token stands for, and when it ends (seconds since 1970). Throws when it is not to be trusted. */
  verify(token: string): Promise<{ actor: Actor; expiresAt: number }>
}

/** Signatures that need no secret of the issuer's; with a shared secret anybody who verifies could also sign. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']

/**
 * Trusts the tokens of an OIDC issuer for us as their audience. Keys are fetched when first needed and again when an
 * unknown one is named. Scopes stand in `scope` or `scp`, tenants (names, or `*`) in `tenants`; who asks is
 * {@link clientIdOf} the claims.
 */
export function createOidcIssuer({ issuer, audience }: { issuer: string; audience: string }): OidcIssuer {
  let keys: Promise<JWTVerifyGetKey> | undefined
  const findKeys = () =>
    (keys ??= discoverKeys(issuer).catch((error: unknown) => {
      keys = undefined
      throw error
    }))
  return {
    async verify(token) {
      const { payload } = await jwtVerify(token, await findKeys(), {
        algorithms,
        issuer,
        audience,
        requiredClaims: ['exp', 'sub'],
        clockTolerance: 5,
      })
      return { actor: actorOf(payload), expiresAt: payload.exp ?? 0 }
    },
  }
}

/** https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig */
async function discoverKeys(issuer: string): Promise<JWTVerifyGetKey> {
  const response = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    signal: AbortSignal.timeout(5_000),
    redirect: 'error',
  })
  if (!response.ok) throw new Error(`The OIDC issuer answered ${response.status} to discovery.`)
  const found = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown }
  if (found.issuer !== issuer || typeof found.jwks_uri !== 'string')
    throw new Error('The OIDC issuer describes itself as another one.')
  return createRemoteJWKSet(new URL(found.jwks_uri), { timeoutDuration: 5_000 })
}

/**
 * `oidc:client|person`: the application (`azp` or `client_id`) and, where it is not the application itself, the person
 * (`sub`), so that audit and idempotency keys tell people of one application apart. `oidc:` keeps everybody there from
 * being taken for a client of ours; a `|` in the first name is escaped, so that no two pairs look the same.
 */
function clientIdOf(claims: JWTPayload): string {
  const person = claims.sub ?? ''
  const application = [claims['azp'], claims['client_id']].find((claim) => typeof claim === 'string') ?? person
  const first = application.replaceAll(/[%|]/g, encodeURIComponent)
  return application === person ? `oidc:${first}` : `oidc:${first}|${person}`
}

function actorOf(claims: JWTPayload): Actor {
  const tenants = claims['tenants']
  const names = (Array.isArray(tenants) ? (tenants as unknown[]) : [tenants]).filter((name) => typeof name === 'string')
  return {
    clientId: clientIdOf(claims),
    scopes: scopesIn(claims['scope'] ?? claims['scp']),
    tenants: boundOf(names),
  }
}
