import { setTimeout as sleep } from 'node:timers/promises'
import { ApiFailure, unexpected } from '../http/errors.js'
import type { Stage } from '../http/exchange.js'
import type { FaultEffect, Faults } from './faults.js'
import type { RequestLog } from './request-log.js'

/** Logs every request and lets the faults work on it, before the imitated API sees it. */
export function observation(faults: Faults, requestLog: RequestLog): Stage {
  return async (request, response, next) => {
    const { method, path } = request
    const query = request.url.includes('?') ? request.url.slice(request.url.indexOf('?')) : ''
    const tenant = request.get('tenant')
    const at = new Date().toISOString()
    const log = (status: number | null): void =>
      requestLog.add({ at, method, path, query, tenant: tenant ?? null, status })
    response.once('finish', () => log(response.statusCode))
    response.once('close', () => {
      if (!response.writableFinished) log(null)
    })
    const fault = faults.apply(method, path, tenant)
    response.locals.fault = fault
    if (fault.latencyMs > 0) await sleep(fault.latencyMs)
    if (fault.action === 'drop') request.socket.destroy()
    else next(failureOf(fault, path))
  }
}

/** The answer of a `status` fault: the body the original would send with it where that is known, else none. */
function failureOf({ action }: FaultEffect, path: string): ApiFailure | undefined {
  if (typeof action === 'string') return undefined
  const { status } = action
  if (/^\/health\/?$/i.test(path)) {
    const body = { status: 'Unhealthy', results: [{ name: 'Databases', status: 'Unhealthy' }] }
    return new ApiFailure(status, body, 'application/json')
  }
  return status === 500 ? unexpected() : new ApiFailure(status)
}
