import { startSimulator, type Simulator, type SimulatorOptions } from '@edfi-tenants/admin-api-simulator'

/** The properties that tests look into one by one; which of them a body has depends on the call. */
export interface Body {
  title: string
  message: string
  status: string | number
  errors: Record<string, string[]>
  access_token: string
  id: number
  name: string
  tenantName: string
  key: string
  enabled: boolean
  claimSetName: string
  contextValue: string
  odsInstanceContexts: unknown[]
  resourceClaims: unknown[]
  children: unknown[]
}

/** What came back. */
export interface Answer {
  status: number
  location: string | null
  contentType: string | null
  text: string
  /** The body as JSON; undefined when there is none. */
  json: Body
  /** The body when it is a list. */
  rows: Body[]
}

/** A simulator with a token for it, and a way to call it. */
export interface Client {
  simulator: Simulator
  token: string
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  /** Posts a form. */
  form(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Answer>
  /** Registers an instance of this name and gives its id. */
  addInstance(name: string, instanceType?: string | null): Promise<number>
  /** Adds a vendor and an application on the instance, and gives the application's id. */
  addApplication(odsInstanceId: number): Promise<number>
}

export const validSecret = 'aA1!'.padEnd(32, 'x')
export const connectionString = 'host=db;port=5432;username=u;password=secret-password;database=EdFi_Ods'

/** Starts a simulator for one suite. Calls carry the token, and the tenant header when `tenant` is given. */
export async function startClient(options: SimulatorOptions = {}, tenant?: string): Promise<Client> {
  const simulator = await startSimulator({ registrationsPerMinute: 0, ...options })
  const token = await simulator.issueToken()
  const defaults = tenant === undefined ? {} : { tenant }

  async function send(path: string, init: RequestInit): Promise<Answer> {
    const response = await fetch(simulator.url + path, init)
    const text = await response.text()
    const json = (/^[[{"]/.test(text) ? JSON.parse(text) : undefined) as Body
    return {
      status: response.status,
      location: response.headers.get('location'),
      contentType: response.headers.get('content-type'),
      text,
      json,
      rows: Array.isArray(json) ? (json as Body[]) : [],
    }
  }

  const client: Client = {
    simulator,
    token,
    call: (method, path, body, headers = {}) =>
      send(path, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...defaults, ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    form: (path, fields, headers = {}) =>
      send(path, { method: 'POST', headers: { ...defaults, ...headers }, body: new URLSearchParams(fields) }),
    addInstance: async (name, instanceType = 'ods') => {
      const answer = await client.call('POST', '/v2/odsInstances', { name, instanceType, connectionString })
      return idOf(answer)
    },
    addApplication: async (odsInstanceId) => {
      const vendorId = idOf(await client.call('POST', '/v2/vendors', vendor()))
      return idOf(await client.call('POST', '/v2/applications', application(vendorId, odsInstanceId)))
    },
  }
  return client
}

/** The number at the end of a Location. */
export function idOf({ status, location, text }: Answer): number {
  if (status !== 201 || location === null) throw new Error(`Expected 201 with a Location, got ${status} ${text}`)
  return Number(location.split('/').at(-1))
}

/** A vendor's body. */
export function vendor(changes: object = {}): object {
  const contact = { contactName: 'Ada', contactEmailAddress: 'ada@example.org' }
  return { company: 'Acme', namespacePrefixes: 'uri://b, uri://a', ...contact, ...changes }
}

/** An application's body. */
export function application(vendorId: number, odsInstanceId: number, changes: object = {}): object {
  return {
    applicationName: 'SIS',
    vendorId,
    claimSetName: 'SIS Vendor',
    educationOrganizationIds: [255901],
    odsInstanceIds: [odsInstanceId],
    ...changes,
  }
}
