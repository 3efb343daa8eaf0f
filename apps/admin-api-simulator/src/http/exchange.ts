import type { NextFunction, Request, Response } from 'express'
import type { FaultEffect } from '../control/faults.js'
import type { TenantState } from '../store/tenant-state.js'

/** What the stages in front of a handler leave for it. */
export interface Exchange {
  fault: FaultEffect
  tenant: () => TenantState
}

/** A response that carries an exchange. */
export type ExchangeResponse = Response<unknown, Exchange>

/** One stage in front of the handlers; it throws to end the request. */
export type Stage = (request: Request, response: ExchangeResponse, next: NextFunction) => void | Promise<void>
