import { operations } from '@edfi-tenants/contract'
import { Failure, hasScope, type ProblemCode, type Scope } from '@edfi-tenants/core'
import { appendAuditEvents, type ApiClientRow } from '@edfi-tenants/store'
import type { NextFunction, Request, Response } from 'express'
import { ok } from '../http/answer.js'
import { route, type Route } from '../http/route.js'
import type { Parts } from '../parts.js'
import { attemptLimit, failureLimit } from './attempt-limit.js'
import { basicCredentials } from './client-credentials.js'
import { scopesIn, signToken } from './own-tokens.js'

/** `POST /connect/token`. */
export const signInRoutes = (parts: Parts): Route[] => [
  route(
    operations.createToken,
    async ({ body, headers, origin }) => {
      const credentials = basicCredentials(headers.Authorization) ?? {
        id: body.client_id ?? '',
        secret: body.client_secret ?? '',
      }
      const client = await parts.signIn.clientWith(credentials.id, credentials.secret)
      if (!client) {
        await appendAuditEvents(parts.store.database, [
          {
            actor: printable(credentials.id),
            action: 'token.create',
            outcome: 'refused',
            requestId: origin.requestId,
            remoteAddress: origin.remoteAddress,
          },
        ])
        throw oauthFailure('invalid_client', 'invalid_client', 'There is no client of this id and secret.')
      }
      const scopes = grantedScopes(client, body.scope)
      const { keys, tokenLifetimeSeconds } = parts.signIn
      const token = await signToken(keys, { client, scopes, audience: 'api', lifetimeSeconds: tokenLifetimeSeconds })
      return ok(
        {
          access_token: token,
          token_type: 'Bearer' as const,
          expires_in: tokenLifetimeSeconds,
          scope: scopes.join(' '),
        },
        { 'Cache-Control': 'no-store' },
      )
    },
    [failureLimit(), attemptLimit(clientIdOf), oauthFaults],
  ),
]

/** Who says to be asking, before anything of it was checked. */
function clientIdOf({ headers, body }: Request): string {
  const form = typeof body === 'string' ? new URLSearchParams(body) : null
  return basicCredentials(headers.authorization)?.id ?? form?.get('client_id') ?? ''
}

/** What was asked for, as far as the client has it; everything it has when nothing was asked for. */
function grantedScopes(client: ApiClientRow, asked: string | undefined): readonly Scope[] {
  if (asked === undefined || asked.trim() === '') return client.scopes
  const words = asked.trim().split(/ +/)
  const known = scopesIn(words)
  const lacking = words.filter((word) => !known.some((scope) => scope === word && hasScope(client.scopes, scope)))
  if (lacking.length > 0)
    throw oauthFailure('validation_failed', 'invalid_scope', `The client does not have: ${lacking.join(', ')}.`)
  return known
}

/**
 * A failure that both kinds of client understand: ours read the problem, OAuth libraries the members `error` and
 * `error_description` (https://www.rfc-editor.org/rfc/rfc6749#section-5.2).
 */
const oauthFailure = (code: ProblemCode, error: string, description: string): Failure =>
  new Failure(code, description, {
    extensions: {
      error,
      error_description: description,
      ...(code === 'invalid_client' ? { headers: { 'WWW-Authenticate': 'Basic realm="edfi-tenants"' } } : {}),
      ...(error === 'invalid_scope' ? { errors: [{ pointer: '/scope', detail: description }] } : {}),
    },
  })

/** Gives the faults that validation finds in a token request their OAuth names too. */
function oauthFaults(request: Request, response: Response, next: NextFunction): void {
  const grant = typeof request.body === 'string' ? new URLSearchParams(request.body).get('grant_type') : null
  response.locals['faultExtensions'] =
    grant !== null && grant !== '' && grant !== 'client_credentials'
      ? { error: 'unsupported_grant_type' }
      : { error: 'invalid_request' }
  next()
}

const printable = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 255) || 'anonymous'
