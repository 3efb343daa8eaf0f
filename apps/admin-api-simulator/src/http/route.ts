import type { Request } from 'express'
import type { Settings } from '../options.js'
import type { TenantState } from '../store/tenant-state.js'
import type { TenantStores } from '../store/tenant-stores.js'
import type { QueryValues } from './query-values.js'

/** One request as a handler sees it. */
export interface Call {
  request: Request
  params: Record<string, string>
  query: QueryValues
  /** The body as received; empty when there was none. */
  text: string
  settings: Settings
  stores: TenantStores
  /**
   * The addressed tenant's data.
   * @throws ApiFailure 500 when no tenant was named, as the original fails when it resolves its database.
   */
  tenant: () => TenantState
}

/** What a handler wants answered. */
export interface Reply {
  status: number
  /** JSON body; undefined sends none. */
  body?: unknown
  /** Value of the Location header, relative and without version as the original sends it. */
  location?: string
  contentType?: string
}

/** Answers one call, or throws an `ApiFailure`. */
export type Handler = (call: Call) => Reply | Promise<Reply>

/** One endpoint. Paths are matched ignoring case; `{id}` stands for one segment. */
export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  path: string
  handler: Handler
  /** True for what needs no token. */
  anonymous?: boolean
}

/** A 200 with a JSON body. */
export function ok(body?: unknown): Reply {
  return body === undefined ? { status: 200 } : { status: 200, body }
}

/** A 201 with its Location, usually without a body. */
export function created(location: string, body?: unknown): Reply {
  return body === undefined ? { status: 201, location } : { status: 201, location, body }
}

/** The 200 of a delete that names what it removed. */
export function deleted(what: string): Reply {
  return ok({ title: `${what} deleted successfully` })
}

/** Waits as long as the original needs between its checks and its write. */
export async function beforeWriting(call: Call): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, call.settings.writeDelayMs))
}
