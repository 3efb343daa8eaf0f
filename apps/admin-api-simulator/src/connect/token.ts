import { ApiFailure, problemJson } from '../http/errors.js'
import { readForm } from '../http/request-body.js'
import { ok, type Call, type Reply, type Route } from '../http/route.js'
import { hashSecret } from '../store/tenant-state.js'
import { fullAccessScope, signToken } from './tokens.js'

/** `POST /connect/token`: client credentials, by form fields or HTTP Basic. */
export const tokenRoute: Route = { method: 'POST', path: '/connect/token', handler: issue, anonymous: true }

/** The checks stand in the order of OpenIddict's, so that a request with two faults gets the same answer. */
async function issue(call: Call): Promise<Reply> {
  const form = readForm(call)
  const basic = basicCredentials(call.request.get('authorization'))
  const clientId = form.get('client_id') ?? basic?.id
  const secret = form.get('client_secret') ?? basic?.secret
  const grantType = form.get('grant_type')
  const scopes = (form.get('scope') ?? '').split(' ').filter((scope) => scope !== '')
  if (grantType === undefined) throw invalidRequest("The mandatory 'grant_type' parameter is missing.")
  if (grantType !== 'client_credentials') throw accessDenied()
  if (!clientId || !secret) {
    throw invalidRequest(
      "The 'client_id' and 'client_secret' parameters must be specified when using the client credentials grant.",
    )
  }
  if (scopes.some((scope) => scope !== fullAccessScope)) throw invalidScope()
  const client = call.tenant().clients.rows.find((row) => row.clientId === clientId)
  if (client === undefined || client.secretHash !== hashSecret(secret)) throw accessDenied()
  if (scopes.length === 0) throw invalidScope()
  const { settings } = call
  return ok({
    access_token: await signToken(settings, client.clientId, client.displayName, scopes.join(' ')),
    token_type: 'Bearer',
    expires_in: Math.max(settings.tokenLifetimeSeconds - 1, 0),
  })
}

function basicCredentials(header: string | undefined): { id: string; secret: string } | null {
  const encoded = /^Basic\s+(\S+)$/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return null
  const [id = '', ...secret] = Buffer.from(encoded, 'base64').toString('utf8').split(':')
  try {
    return { id: decodeURIComponent(id), secret: decodeURIComponent(secret.join(':')) }
  } catch {
    return { id, secret: secret.join(':') }
  }
}

function accessDenied(): ApiFailure {
  const description = 'Access Denied. Please review your information and try again.'
  return oauthFailure(401, 'invalid_client', description, 'application/json')
}

function invalidScope(): ApiFailure {
  const description = 'The request is missing required scope claims or has invalid scope values'
  return oauthFailure(400, 'invalid_scope', description, problemJson)
}

function invalidRequest(description: string): ApiFailure {
  return oauthFailure(400, 'invalid_request', description, 'application/json')
}

function oauthFailure(status: number, error: string, error_description: string, contentType: string): ApiFailure {
  return new ApiFailure(status, { error, error_description, error_uri: '' }, contentType)
}
