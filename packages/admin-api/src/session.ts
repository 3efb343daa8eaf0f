import { createHash } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { Failure } from '@edfi-tenants/core'
import type { Address } from './address.js'
import type { AdminApiCall, AdminApiConnection, AdminApiInformation } from './admin-api.js'
import { answerFailure } from './answer-failure.js'
import type { Complaint, Dialect, DialectRequest } from './dialect.js'
import { dialectV2 } from './dialect-v2.js'
import type { Answer, HttpRequest } from './exchange.js'
import { readInformation } from './information.js'
import { repeat } from './repeat.js'
import type { SignedIn } from './token-cache.js'

/** The dialects that this client speaks. A server in any other mode is refused with `admin_api_wrong_mode`. */
const dialects: Partial<Record<AdminApiInformation['mode'], Dialect>> = { v2: dialectV2 }

const defaultTimeoutMs = 30_000

/** Values that stand for a complaint, for those that are no failure to the caller. They may throw a better failure. */
export type Otherwise<U> = { [kind in Complaint['kind']]?: (() => U) | undefined }

/** Speaks with one Admin API tenant: finds the dialect, signs in, keeps to the bounds, turns answers into failures. */
export interface Session {
  /** Always asks the server. */
  information(call: AdminApiCall): Promise<AdminApiInformation>
  ask<T, U = never>(
    build: (dialect: Dialect) => DialectRequest<T>,
    call: AdminApiCall,
    otherwise?: Otherwise<U>,
  ): Promise<T | U>
}

/** A session for the tenant; sessions of one address share its connections, places, tokens and information. */
export function createSession(address: Address, connection: AdminApiConnection, tenant: string): Session {
  const { clientId, clientSecret, mode, multiTenant, timeoutMs = defaultTimeoutMs, signInTenant = tenant } = connection
  // A token serves all tenants, but the client that asks for it is known only to the tenants it was registered with.
  const secretHash = createHash('sha256').update(clientSecret).digest('base64')
  const tokenKey = JSON.stringify([clientId, secretHash, signInTenant.toLowerCase()])
  const withinMs = timeoutMs * 1.5

  /** For what all callers of the address share: no single caller's signal ends it. */
  const sharedBounds = { timeoutMs, signal: address.closing }

  // Refusals before the mode is known have the shape of version 2 in every binary that serves several modes.
  const askInformation = async () =>
    readInformation(
      await address.send({ method: 'GET', path: '/', headers: headers(tenant) }, sharedBounds),
      dialectV2.complaint,
    )

  /** The dialect of the server, or a failure when we cannot speak with it about this tenant. */
  function dialectOf(information: AdminApiInformation): Dialect {
    if (mode !== 'auto' && information.mode !== mode) {
      throw new Failure('admin_api_wrong_mode', `Admin API runs in mode ${information.mode}, configured is ${mode}.`)
    }
    if (multiTenant && information.multiTenant === false) {
      throw new Failure('admin_api_wrong_mode', 'Admin API serves a single tenant, configured is multi-tenant.')
    }
    const { tenants } = information
    if (tenants && tenant !== '' && !tenants.some((known) => known.toLowerCase() === tenant.toLowerCase())) {
      throw new Failure('admin_api_unknown_tenant', `Admin API does not list the tenant ${tenant}.`)
    }
    const dialect = dialects[information.mode]
    if (dialect) return dialect
    throw new Failure('admin_api_wrong_mode', `Admin API runs in mode ${information.mode}; only v2 is supported.`)
  }

  async function discover(signal: AbortSignal): Promise<Dialect> {
    const { information, fresh } = await address.information.get(tenant, signal, askInformation)
    if (fresh) return dialectOf(information)
    try {
      return dialectOf(information)
    } catch {
      // Whoever is refused is refused by what the server says now, not by what it said before it was reconfigured.
      return dialectOf(await address.information.refresh(tenant, signal, askInformation))
    }
  }

  async function signIn(dialect: Dialect): Promise<SignedIn> {
    const request = dialect.signIn(clientId, clientSecret)
    const answer = await address.send(toHttp(request, signInTenant), sharedBounds)
    if (isSuccess(answer)) return request.read(answer)
    const complaint = dialect.complaint(answer)
    const failure = answerFailure(answer, complaint, { ...request, secrets: [clientSecret] })
    const refused = [400, 401, 403].includes(answer.status) && complaint.kind === 'other'
    if (!refused) throw failure
    throw new Failure('admin_api_login_failed', `Admin API gave no token to the client. ${failure.message}`)
  }

  return {
    information(call) {
      allowManyCalls(call.signal)
      return repeat(
        () =>
          address.gate.run(call.signal, async () => {
            const information = await address.information.refresh(tenant, call.signal, askInformation)
            dialectOf(information)
            return information
          }),
        { mayRepeat: () => true, signal: call.signal, withinMs },
      )
    },

    ask(build, call, otherwise = {}) {
      const { signal, fence } = call
      allowManyCalls(signal)
      let mayRepeat = true
      const attempt = () =>
        address.gate.run(signal, async () => {
          mayRepeat = true
          const dialect = await discover(signal)
          const request = build(dialect)
          const getToken = () => address.tokens.get(tokenKey, signal, () => signIn(dialect))
          const send = async (token: string) => {
            if (request.method !== 'GET') {
              mayRepeat = false // What the fence throws is final.
              await fence?.()
            }
            mayRepeat = request.method !== 'POST'
            return address.send(toHttp(request, tenant, token), { timeoutMs, signal })
          }

          let token = await getToken()
          let answer = await send(token)
          if (answer.status === 401) {
            address.tokens.reject(tokenKey, token)
            token = await getToken()
            answer = await send(token)
          }
          if (answer.status === 401) address.tokens.reject(tokenKey, token)
          if (isSuccess(answer)) return request.read(answer)

          const complaint = dialect.complaint(answer)
          if (complaint.kind === 'wrong-mode') address.information.forget()
          const substitute = otherwise[complaint.kind]
          if (substitute) return substitute()
          throw answerFailure(answer, complaint, {
            ...request,
            secrets: [clientSecret, token, ...(request.secrets ?? [])],
          })
        })
      return repeat(attempt, { mayRepeat: () => mayRepeat, signal, withinMs })
    },
  }
}

/** One signal may end any number of calls; Node would warn of a leak at the eleventh listener. */
const allowManyCalls = (signal: AbortSignal) => setMaxListeners(0, signal)

const isSuccess = ({ status }: Answer) => status >= 200 && status < 300

const headers = (tenant: string) => ({
  accept: 'application/json',
  'user-agent': 'edfi-tenant-management-api',
  ...(tenant === '' ? {} : { tenant }),
})

function toHttp<T>(request: DialectRequest<T>, tenant: string, token?: string): HttpRequest {
  const { method, path, query, json, form } = request
  const body = form ? new URLSearchParams(form).toString() : json === undefined ? undefined : JSON.stringify(json)
  const contentType = form ? 'application/x-www-form-urlencoded' : 'application/json'
  return {
    method,
    path: query ? `${path}?${new URLSearchParams(query).toString()}` : path,
    headers: {
      ...headers(tenant),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': contentType }),
    },
    ...(body === undefined ? {} : { body }),
  }
}
