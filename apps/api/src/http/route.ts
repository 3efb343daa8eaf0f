import { expressPath, readRequest, type Operation } from '@edfi-tenants/contract'
import { Failure, hasScope, isFailure, type Actor } from '@edfi-tenants/core'
import type { RequestOrigin } from '@edfi-tenants/jobs'
import type { Express, NextFunction, Request, RequestHandler, Response } from 'express'
import type { Parts } from '../parts.js'
import { sendAnswer, type Answer, type AnswerOf } from './answer.js'
import { auditAction } from './audit-action.js'
import type { Call } from './call.js'
import { claimKey, fingerprintOf, type AnswerKeeper } from './idempotency.js'
import { failureOf } from './problem-answer.js'
import { readBody } from './read-body.js'
import { auditRefusal, isAudited } from './refusals.js'
import { requestIdOf } from './request-id.js'
import { traceParentOf } from './request-spans.js'

/** What does an operation: parse is done, so call, then present. */
export type Handler<O extends Operation> = (call: Call<O>) => Promise<AnswerOf<O>>

/** An operation of the contract and what does it. */
export interface Route {
  operation: Operation
  handle: (call: Call<Operation>) => Promise<Answer>
  /** Run when the body is read, before anything else looks at it. */
  before: readonly RequestHandler[]
}

/** Binds a handler to an operation of the contract. */
export const route = <O extends Operation>(
  operation: O,
  handle: Handler<O>,
  before: readonly RequestHandler[] = [],
): Route => ({ operation, handle: handle as unknown as Route['handle'], before })

const nobody: Actor = { clientId: 'anonymous', scopes: [], tenants: [] }

/**
 * Puts a route on the application: sign-in → scope → bound → validation, all faults at once → idempotency → handler.
 * Whoever lacks the scope learns so before anything of the request is looked at.
 */
export function mount(app: Express, parts: Parts, { operation, handle, before }: Route): void {
  const originOf = (request: Request, response: Response, actor: Actor): RequestOrigin => ({
    actor,
    requestId: requestIdOf(response),
    remoteAddress: request.ip ?? null,
    traceContext: traceParentOf(request),
  })

  async function signIn(request: Request, response: Response, next: NextFunction): Promise<void> {
    response.locals['route'] = operation.path
    if (operation.scope !== null) {
      const actor = await parts.signIn.authenticate(request)
      response.locals['actor'] = actor
      response.locals['clientId'] = actor.clientId
      const refusal = refusalOf(operation, actor)
      if (refusal) {
        const asked = { path: request.path, params: request.params, body: undefined }
        await auditRefusal(parts, operation, originOf(request, response, actor), refusal, asked)
        throw refusal
      }
    }
    next()
  }

  async function run(request: Request, response: Response): Promise<void> {
    const actor = (response.locals['actor'] as Actor | undefined) ?? nobody
    const origin = originOf(request, response, actor)
    const body: unknown = request.body
    try {
      const read = readRequest(operation, {
        params: request.params,
        search: searchOf(request.originalUrl),
        headers: request.headers,
        body,
      })
      let keeper: AnswerKeeper | null = null
      if (read.idempotencyKey !== undefined) {
        const claimed = await claimKey(parts.store, {
          clientId: actor.clientId,
          method: request.method,
          path: request.path,
          key: read.idempotencyKey,
          fingerprint: fingerprintOf(read.query, body),
        })
        if ('replay' in claimed) {
          sendAnswer(response, claimed.replay)
          return
        }
        keeper = claimed.claim
      }
      const call: Call<Operation> = {
        ...read,
        actor,
        origin,
        // Made only for those who look at it: few do, and it costs as much as the rest of the call.
        get signal() {
          const ended = new AbortController()
          const end = (): void => ended.abort()
          // Not AbortSignal.any, which leaves something behind on the signal that lives as long as the process.
          if (parts.stopping.aborted) end()
          parts.stopping.addEventListener('abort', end)
          response.on('close', () => {
            parts.stopping.removeEventListener('abort', end)
            end()
          })
          return ended.signal
        },
        get tokenEndsAt() {
          return parts.signIn.tokenEndsAt(request)
        },
        signInAgain: () =>
          parts.signIn.authenticate(request).catch((error: unknown) => {
            if (isFailure(error) && error.code !== 'control_database_unavailable') return null
            throw error
          }),
        publicUrl: parts.publicUrl ?? `${request.protocol}://${request.get('host') ?? 'localhost'}`,
        target: request.originalUrl,
        prefers: (...media) => request.accepts(media) || (media[0] ?? ''),
        audited: (subject) => ({
          actor: actor.clientId,
          onBehalfOf: actor.onBehalfOf ?? null,
          action: auditAction(operation),
          outcome: 'succeeded',
          requestId: origin.requestId,
          remoteAddress: origin.remoteAddress,
          ...subject,
        }),
        isKept: keeper !== null,
        keep: async (database, answer) => keeper?.keep(database, answer),
      }
      sendAnswer(response, await handleOnce(call, keeper))
    } catch (error) {
      const failure = failureOf(error)
      if (operation.scope !== null && isAudited(operation, failure, actor))
        await auditRefusal(parts, operation, origin, failure, { path: request.path, params: request.params, body })
      throw error
    }
  }

  /** Runs the handler; afterwards the key is kept with the answer, or free again. */
  async function handleOnce(call: Call<Operation>, keeper: AnswerKeeper | null): Promise<Answer> {
    try {
      const answer = await handle(call)
      if (keeper && !keeper.isKept()) await keeper.keep(parts.store.database, answer)
      return answer
    } catch (error) {
      // While the database is away the key cannot be let go; the claim ends by itself.
      await keeper?.release().catch(() => undefined)
      throw error
    }
  }

  app[operation.method](expressPath(operation), signIn, readBody(operation), ...before, run)
}

/** Why an actor may not do this at all; a bound client gets no other answer than for what does not exist. */
function refusalOf(operation: Operation, actor: Actor): Failure | null {
  if (operation.scope !== null) {
    const enough = [operation.scope, ...(operation.otherScopes ?? [])]
    if (!enough.some((scope) => hasScope(actor.scopes, scope)))
      return new Failure('insufficient_scope', `This call needs the scope ${enough.map((s) => `"${s}"`).join(' or ')}.`)
  }
  if (operation.anyTenantOnly && actor.tenants !== '*')
    return new Failure('not_found', 'There is nothing at this address.')
  return null
}

const searchOf = (url: string): string => {
  const start = url.indexOf('?')
  return start === -1 ? '' : url.slice(start + 1)
}
