import { Failure } from '@edfi-tenants/core'
import type { Request, RequestHandler } from 'express'
import { ipKeyGenerator, rateLimit } from 'express-rate-limit'

/** Attempts to sign in per minute, for one client from one address; each API process counts by itself. */
const attemptsPerMinute = 60

/**
 * Limits how often a client and address may try to sign in. A secret of 256 bits cannot be guessed; this keeps those
 * who try from costing much.
 */
export const attemptLimit = (clientIdOf: (request: Request) => string): RequestHandler =>
  rateLimit({
    windowMs: 60_000,
    limit: attemptsPerMinute,
    standardHeaders: false,
    legacyHeaders: false,
    keyGenerator: (request) => `${clientIdOf(request).slice(0, 255)}|${ipKeyGenerator(request.ip ?? '')}`,
    handler: (_request, _response, next) => {
      next(
        new Failure('too_many_requests', 'Too many attempts to sign in; wait a minute.', {
          retryable: true,
          retryAfterMs: 60_000,
        }),
      )
    },
  })
