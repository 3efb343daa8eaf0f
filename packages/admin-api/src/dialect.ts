import type {
  ApiClient,
  Application,
  IssuedCredential,
  NewApplication,
  NewRegistration,
  NewVendor,
  RegisteredContext,
  Registration,
} from './admin-api.js'
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
  kind:
    | 'unknown-tenant'
    | 'wrong-mode'
    | 'name-taken'
    /** The registration has a context of this key, or a derivative of this type, already. */
    | 'context-taken'
    | 'derivative-taken'
    | 'vendor-missing'
    | 'not-found'
    /** Nothing is served at this path, as far as whoever answered knows: an older version, or not Admin API at all. */
    | 'no-such-path'
    | 'other'
  /** Admin API's own words; null where it says nothing readable. Not yet free of secrets. */
  message: string | null
}

/** A part of a list by id: the next rows after `offset`. A filter may let others through. */
export interface Page {
  offset: number
  limit: number
}

/** A vendor as it is looked up. */
export interface VendorSummary {
  vendorId: number
  company: string
}

/** Where another database of the same instance is. */
export interface NewDerivative {
  derivativeType: string
  connectionString: string
}

/** A registration as lists show it. */
export type RegistrationSummary = Pick<Registration, 'odsInstanceId' | 'name' | 'instanceType'>

/** One interface version of Admin API: its paths and shapes, and nothing of connections, tokens or repetition. */
export interface Dialect {
  readonly mode: 'v2' | 'v3'
  signIn(clientId: string, clientSecret: string): DialectRequest<{ token: string; expiresInSeconds: number }>
  /** Some registrations by id, and no further ones only when there are none. */
  listRegistrations(page: Page & { name?: string }): DialectRequest<RegistrationSummary[]>
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
  createDerivative(odsInstanceId: number, derivative: NewDerivative): DialectRequest<void>
  updateDerivative(odsInstanceId: number, derivative: NewDerivative & { id: number }): DialectRequest<void>
  deleteDerivative(derivativeId: number): DialectRequest<void>

  listVendors(page: Page & { company: string }): DialectRequest<VendorSummary[]>
  readVendor(vendorId: number): DialectRequest<VendorSummary>
  createVendor(vendor: NewVendor): DialectRequest<number>

  listApplications(odsInstanceId: number): DialectRequest<Application[]>
  readApplication(applicationId: number): DialectRequest<Application>
  createApplication(application: NewApplication): DialectRequest<IssuedCredential & { applicationId: number }>
  updateApplication(application: Application): DialectRequest<void>
  deleteApplication(applicationId: number): DialectRequest<void>

  listApiClients(applicationId: number): DialectRequest<ApiClient[]>
  readApiClient(apiClientId: number): DialectRequest<ApiClient>
  updateApiClient(client: ApiClient): DialectRequest<void>
  deleteApiClient(apiClientId: number): DialectRequest<void>
  /** What an answer other than 2xx says. */
  complaint: (answer: Answer) => Complaint
}
