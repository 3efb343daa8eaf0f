import type { ApiMetrics } from '@edfi-tenants/runtime'
import type { NextFunction, Request, Response } from 'express'

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** Counts requests by the route that took them; those that none took are one, so that nobody can make up labels. */
export function requestMetrics(metrics: ApiMetrics) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const begun = performance.now()
    response.on('close', () => {
      // A stream lasts as long as somebody listens.
      if (String(response.getHeader('Content-Type')).startsWith('text/event-stream')) return
      metrics.observeRequest({
        method: methods.has(request.method) ? request.method : 'other',
        route: (response.locals['route'] as string | undefined) ?? 'other',
        // 499: the client went away before it was answered.
        status: response.writableFinished ? response.statusCode : 499,
        seconds: (performance.now() - begun) / 1000,
      })
    })
    next()
  }
}
