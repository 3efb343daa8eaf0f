import { beginSpan, currentTraceParent, markError } from '@edfi-tenants/tracing'
import type { NextFunction, Request, Response } from 'express'
import { requestIdOf } from './request-id.js'

const ours = '/v1/'

/** Makes each call of the API a span, below the `traceparent` of the client where there is one. */
export function requestSpans(request: Request, response: Response, next: NextFunction): void {
  if (!request.path.startsWith(ours)) {
    next()
    return
  }
  const { method } = request
  const attributes = { 'http.request.method': method, 'tm.request.id': requestIdOf(response) }
  beginSpan(method, { kind: 'server', parent: givenTraceParent(request), attributes }, (span) => {
    response.on('close', () => {
      const route = response.locals['route'] as string | undefined
      if (route !== undefined) span.updateName(`${method} ${route}`).setAttribute('http.route', route)
      const client = response.locals['clientId'] as string | undefined
      if (client !== undefined) span.setAttribute('tm.client', client)
      if (response.writableFinished) span.setAttribute('http.response.status_code', response.statusCode)
      // By the conventions a client's fault is no error of the server, and neither is a client that went away.
      if (response.statusCode >= 500) markError(span)
      span.end()
    })
    next()
  })
}

/** What a job remembers as its origin: the request's span, or what the client sent where nothing is traced here. */
export const traceParentOf = (request: Request): string | null => currentTraceParent() ?? givenTraceParent(request)

const givenTraceParent = ({ headers }: Request): string | null => {
  const given = headers['traceparent']
  return typeof given === 'string' && /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(given) ? given : null
}
