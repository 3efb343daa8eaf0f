import { Failure } from '@edfi-tenants/core'
import type { Request, RequestHandler } from 'express'
import { ipKeyGenerator, rateLimit } from 'express-rate-limit'

/** Attempts per minute, of one client from one address or failed ones of an address; each API process counts by itself. */
const attemptsPerMinute = 60

/**
 * Limits how often a client and address may try to sign in. A secret of 256 bits cannot be guessed; this keeps those
 * who try from costing much.
 */
export const attemptLimit = (clientIdOf: (request: Request) => string): RequestHandler =>
  limitBy((request) => `${clientIdOf(request).slice(0, 255)}|${addressOf(request)}`)

/**
 * Limits how often sign-in may fail from one address, whatever ids are tried: every failure leaves an audit event that
 * stays for ever. What succeeds does not count.
 */
export const failureLimit = (): RequestHandler => limitBy(addressOf, { skipSuccessfulRequests: true })

const addressOf = (request: Request): string => ipKeyGenerator(request.ip ?? '')

const limitBy = (keyGenerator: (request: Request) => string, options: { skipSuccessfulRequests?: boolean } = {}) =>
  rateLimit({
    windowMs: 60_000,
    limit: attemptsPerMinute,
    standardHeaders: false,
    legacyHeaders: false,
    ...options,
    keyGenerator,
    handler: (_request, _response, next) => {
      next(
        new Failure('too_many_requests', 'Too many attempts to sign in; wait a minute.', {
          retryable: true,
          retryAfterMs: 60_000,
        }),
      )
    },
  })
