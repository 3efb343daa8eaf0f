import type { NextFunction, Request } from 'express'
import type { ControlParts } from '../control/router.js'
import { ApiFailure, unexpected } from './errors.js'
import type { ExchangeResponse, Stage } from './exchange.js'
import { QueryValues } from './query-values.js'
import type { Call, Route } from './route.js'

/** Runs a route's handler, has its change written to the data file, and only then answers. */
export function answerWith(route: Route, { settings, stores, save }: ControlParts): Stage {
  return async (request, response) => {
    const call: Call = {
      request,
      params: request.params as Record<string, string>,
      query: new QueryValues(new URL(request.url, 'http://localhost').search),
      text: typeof request.body === 'string' ? request.body : '',
      settings,
      stores,
      tenant: response.locals.tenant,
    }
    const { status, location, body } = await route.handler(call)
    if (route.method !== 'GET') await save()
    if (dropsAnswer(request, response)) return
    response.status(status)
    if (location !== undefined) response.setHeader('Location', location)
    if (body === undefined) response.end()
    else response.json(body)
  }
}

/** Express's error handler: sends the failure as it stands, and everything unforeseen as the original's 500. */
export function sendFailure(error: unknown, request: Request, response: ExchangeResponse, next: NextFunction): void {
  if (response.headersSent) {
    next(error)
    return
  }
  if (dropsAnswer(request, response)) return
  const { status, body, contentType } = error instanceof ApiFailure ? error : bodyFailure(error)
  response.status(status)
  if (body === undefined) {
    response.end()
    return
  }
  if (contentType !== null) response.setHeader('Content-Type', contentType)
  response.end(JSON.stringify(body))
}

/** What express says about a body it could not take (too large, aborted); anything else is a 500. */
function bodyFailure(error: unknown): ApiFailure {
  const status = (error as { status?: unknown } | null)?.status
  return typeof status === 'number' && status < 500 ? new ApiFailure(status) : unexpected()
}

/** The end of a `drop-after-commit` fault. */
function dropsAnswer(request: Request, { locals }: ExchangeResponse): boolean {
  if (locals.fault.action !== 'drop-after-commit') return false
  request.socket.destroy()
  return true
}
