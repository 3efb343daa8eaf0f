import { createHash, timingSafeEqual } from 'node:crypto'
import { Failure, isFailure, type Actor } from '@edfi-tenants/core'
import type { KeyRing } from '@edfi-tenants/runtime'
import { hashSecret, type ApiClientRow } from '@edfi-tenants/store'
import { decodeProtectedHeader, errors, type JWTPayload } from 'jose'
import type { Request } from 'express'
import { createLruCache } from '../http/lru-cache.js'
import type { Log } from '../parts.js'
import type { ClientLookup } from './client-lookup.js'
import type { OidcIssuer } from './oidc-tokens.js'
import { actorOfClient, clientOfToken, verifyOwnToken } from './own-tokens.js'

/** Tells who is asking. */
export interface SignIn {
  keys: KeyRing
  clients: ClientLookup
  /** Lifetime of the tokens of `POST /connect/token`, in seconds. */
  tokenLifetimeSeconds: number
  /** Who sent a request. Throws `unauthenticated`, or `insufficient_scope` for a name it may not ask on behalf of. */
  authenticate(request: Request): Promise<Actor>
  /** When the token of a request that was signed in ends, as `Date.now()` counts. */
  tokenEndsAt(request: Request): number
  /** The client that has this id and secret; null when there is none. */
  clientWith(id: string, secret: string): Promise<ApiClientRow | null>
}

/** A token whose signature was checked: what it says, until when, and who it made its bearer at last look. */
interface Verified {
  expiresAt: number
  /** Absent for tokens of another issuer, which say everything themselves. */
  claims?: JWTPayload
  client?: ApiClientRow
  actor?: Actor
}

const bearerToken = /^bearer +([A-Za-z0-9._~+/=-]+) *$/i

const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64')

const unauthenticated = (detail: string, cause?: unknown) => new Failure('unauthenticated', detail, { cause })

/** Signs in by bearer token: ours by any of our keys, those of an OIDC issuer where there is one. */
export function createSignIn(options: {
  keys: KeyRing
  tokenLifetimeSeconds: number
  clients: ClientLookup
  oidc: OidcIssuer | null
  log: Log
}): SignIn {
  const { keys, clients, oidc, log } = options
  /** By the token's hash: a signature is not checked anew for every request. Whether the client still is, is. */
  const verified = createLruCache<Verified>(10_000)

  async function verify(token: string): Promise<Verified> {
    const key = hashOf(token)
    const known = verified.get(key)
    if (known) {
      if (known.expiresAt > Date.now()) return known
      throw unauthenticated('The token has expired.')
    }
    const fresh = await verifyAnew(token)
    verified.set(key, fresh)
    return fresh
  }

  async function verifyAnew(token: string): Promise<Verified> {
    try {
      if (oidc && decodeProtectedHeader(token).alg !== 'HS256') {
        const { actor, expiresAt } = await oidc.verify(token)
        return { actor, expiresAt: expiresAt * 1000 }
      }
      const claims = await verifyOwnToken(keys, token, 'api')
      return { claims, expiresAt: (claims.exp ?? 0) * 1000 }
    } catch (error) {
      if (isFailure(error)) throw error
      if (error instanceof errors.JWTExpired) throw unauthenticated('The token has expired.', error)
      if (!(error instanceof errors.JOSEError) && !(error instanceof TypeError))
        log.warn('a token could not be checked', { error })
      throw unauthenticated('The token is not one that this service trusts.', error)
    }
  }

  /** Our own tokens are worth what their client is worth now. */
  async function actorOf(token: Verified): Promise<Actor> {
    if (token.claims) {
      const client = await clientOfToken(clients, token.claims)
      if (!client) throw unauthenticated('The client of this token was removed, or its secret changed.')
      if (client !== token.client) {
        token.client = client
        token.actor = actorOfClient(client, token.claims)
      }
    }
    if (!token.actor) throw unauthenticated('The token names nobody.')
    return token.actor
  }

  return {
    keys,
    clients,
    tokenLifetimeSeconds: options.tokenLifetimeSeconds,
    async authenticate({ headers }) {
      const [, bearer] = bearerToken.exec(headers.authorization ?? '') ?? []
      if (bearer === undefined) throw unauthenticated('There is no bearer token.')
      const token = await verify(bearer)
      const actor = await actorOf(token)
      const onBehalfOf = headers['x-on-behalf-of']
      if (onBehalfOf === undefined) return actor
      if (!token.client?.mayActForOthers)
        throw new Failure('insufficient_scope', 'This client may not ask on behalf of others (X-On-Behalf-Of).')
      if (typeof onBehalfOf !== 'string' || !/^[\x20-\x7e]{1,200}$/.test(onBehalfOf))
        throw new Failure('validation_failed', 'The request has a fault.', {
          errors: [{ pointer: 'header:X-On-Behalf-Of', detail: 'must have 1 to 200 printable ASCII characters' }],
        })
      return { ...actor, onBehalfOf }
    },
    tokenEndsAt({ headers }) {
      const [, bearer = ''] = bearerToken.exec(headers.authorization ?? '') ?? []
      return verified.get(hashOf(bearer))?.expiresAt ?? Date.now()
    },
    async clientWith(id, secret) {
      // Past the cache: a secret that was just rotated must do at once.
      clients.forget(id)
      const client = await clients.find(id)
      // Hashes are compared, so the time it takes says nothing of the secret; nor whether there is such a client.
      const same = timingSafeEqual(Buffer.from(hashSecret(secret)), Buffer.from(client?.secretHash ?? hashSecret('')))
      return client && same ? client : null
    },
  }
}
