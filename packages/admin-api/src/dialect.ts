import type { NewRegistration, RegisteredContext, Registration } from './admin-api.js'
import type { Answer, HttpRequest } from './exchange.js'

/** A request in the words of one interface version, and how its answer is read. */
export interface DialectRequest<T> {
  method: HttpRequest['method']
  /** Below the environment's base address. */
  path: string
  query?: Record<string, string>
  /** The body, as JSON or as a form. */
  json?: unknown
  form?: Record<string, string>
  /** Texts in the body that must not come back in any error. */
  secrets?: string[]
  /** Reads a 2xx answer; fails with `admin_api_unexpected` when it is not of the version's shape. */
  read(answer: Answer): T
}

/** What an answer other than 2xx says. */
export interface Complaint {
  kind: 'unknown-tenant' | 'wrong-mode' | 'name-taken' | 'context-taken' | 'not-found' | 'other'
  /** Admin API's own words; null where it says nothing readable. Not yet free of secrets. */
  message: string | null
}

/** One interface version of Admin API: its paths and shapes, and nothing of connections, tokens or repetition. */
export interface Dialect {
  readonly mode: 'v2' | 'v3'
  signIn(clientId: string, clientSecret: string): DialectRequest<{ token: string; expiresInSeconds: number }>
  /** Some registrations by id, and no further ones only when there are none; the filter by name may let others through. */
  listRegistrations(page: {
    name?: string
    offset: number
    limit: number
  }): DialectRequest<{ id: number; name: string }[]>
  readRegistration(odsInstanceId: number): DialectRequest<Registration>
  createRegistration(registration: NewRegistration): DialectRequest<number>
  updateRegistration(
    odsInstanceId: number,
    change: { name: string; instanceType: string; connectionString?: string },
  ): DialectRequest<void>
  deleteRegistration(odsInstanceId: number): DialectRequest<void>
  createContext(odsInstanceId: number, context: Omit<RegisteredContext, 'id'>): DialectRequest<void>
  updateContext(odsInstanceId: number, context: RegisteredContext): DialectRequest<void>
  deleteContext(contextId: number): DialectRequest<void>
  deleteDerivative(derivativeId: number): DialectRequest<void>
  /** What an answer other than 2xx says. */
  complaint: (answer: Answer) => Complaint
}
