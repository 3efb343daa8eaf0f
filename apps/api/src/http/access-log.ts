import type { NextFunction, Request, Response } from 'express'
import type { Log } from '../parts.js'
import { requestIdOf } from './request-id.js'

/**
 * One line per request, without its query: that may hold what nobody should read. Health probes and reads that were
 * answered only when debugging, as clients that poll would drown everything else.
 */
export function accessLog(log: Log) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const begun = performance.now()
    response.on('close', () => {
      const isRead = request.method === 'GET' && response.writableFinished && response.statusCode < 400
      const fields = {
        requestId: requestIdOf(response),
        method: request.method,
        path: pathOnly(request.originalUrl),
        status: response.writableFinished ? response.statusCode : 'aborted',
        durationMs: Math.round(performance.now() - begun),
        client: response.locals['clientId'] as string | undefined,
      }
      if (isRead) log.debug('request', fields)
      else log.info('request', fields)
    })
    next()
  }
}

const pathOnly = (url: string): string => {
  const end = url.indexOf('?')
  return end === -1 ? url : url.slice(0, end)
}
