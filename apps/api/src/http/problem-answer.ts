import { problemMediaType } from '@edfi-tenants/contract'
import { asFailure, Failure, isFailure, type ProblemCode } from '@edfi-tenants/core'
import { translateError } from '@edfi-tenants/store'
import type { ErrorRequestHandler } from 'express'
import type { Log } from '../parts.js'
import { sendAnswer, type Answer } from './answer.js'
import { requestIdOf } from './request-id.js'

/** Seconds after which a repetition makes sense, where whoever failed did not say. */
const retryAfterSeconds: Partial<Record<ProblemCode, number>> = {
  control_database_unavailable: 5,
  idempotency_key_in_use: 1,
  instance_busy: 5,
  too_many_requests: 60,
}

/** What `body-parser` and Express themselves fail with. */
const failureOfHttpError = (error: unknown): Failure | null => {
  if (!(error instanceof Error) || !('status' in error)) return null
  switch (error.status) {
    case 413:
      return new Failure('payload_too_large', `The body exceeds ${megabytes(error)} MB.`)
    case 415:
      return new Failure(
        'not_acceptable_media_type',
        'The body has an encoding or character set that is not read here.',
      )
    case 400:
      // A path that is not percent-encoded properly leads nowhere; all else is about the body.
      return error instanceof URIError
        ? new Failure('not_found', 'There is nothing at this address.')
        : new Failure('malformed_json', 'The body could not be read as JSON.')
    default:
      return null
  }
}

/** The limit that `body-parser` has found exceeded. */
const megabytes = (error: object): number => ('limit' in error ? Number(error.limit) / 1024 / 1024 : 1)

/** The failure that any error means to a client. */
export const failureOf = (error: unknown): Failure => {
  if (isFailure(error)) return error
  const httpFailure = failureOfHttpError(error)
  if (httpFailure) return httpFailure
  return asFailure(translateError(error))
}

/** A failure as RFC 9457 problem details. */
export function problemAnswer(failure: Failure, requestId: string): Answer {
  const { headers, ...problem } = failure.toProblem() as ReturnType<Failure['toProblem']> & {
    headers?: Record<string, string>
  }
  const seconds =
    failure.retryAfterMs === undefined ? retryAfterSeconds[failure.code] : Math.ceil(failure.retryAfterMs / 1000)
  return {
    status: problem.status,
    headers: {
      ...(problem.status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
      ...(seconds === undefined ? {} : { 'Retry-After': String(seconds) }),
      ...headers,
    },
    body: { ...problem, requestId },
  }
}

/** The one place where errors become answers. What nobody foresaw goes to the log, and only its request id to the client. */
export function problemMapper(log: Log): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const requestId = requestIdOf(response)
    const failure = failureOf(error)
    if (failure.code === 'internal_error')
      log.error('a request failed unexpectedly', { requestId, method: request.method, path: request.path, error })
    else if (failure.code === 'control_database_unavailable')
      log.warn('the control database is away', { requestId, error: failure.cause })
    if (response.headersSent) {
      next(error)
      return
    }
    const answer = problemAnswer(failure, requestId)
    const extensions =
      failure.code === 'validation_failed' ? (response.locals['faultExtensions'] as object | undefined) : undefined
    sendAnswer(
      response,
      extensions ? { ...answer, body: { ...extensions, ...(answer.body as object) } } : answer,
      problemMediaType,
    )
  }
}
