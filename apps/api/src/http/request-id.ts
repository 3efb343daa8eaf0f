import { randomUUID } from 'node:crypto'
import type { NextFunction, Request, Response } from 'express'

const wellFormed = /^[A-Za-z0-9._-]{1,64}$/

/** Gives every request an id, the client's own where it is well-formed, and answers with it. */
export function requestIds(request: Request, response: Response, next: NextFunction): void {
  const given = request.headers['x-request-id']
  const id = typeof given === 'string' && wellFormed.test(given) ? given : randomUUID()
  response.locals['requestId'] = id
  response.setHeader('X-Request-Id', id)
  next()
}

/** The id that {@link requestIds} gave. */
export const requestIdOf = (response: Response): string => String(response.locals['requestId'])
