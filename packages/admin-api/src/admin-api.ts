/** Where an environment's Admin API is and how to sign in there. Secrets are in the clear only while a call runs. */
export interface AdminApiConnection {
  /** Base address including any path base, for example `https://host/adminapi`. */
  url: string
  clientId: string
  clientSecret: string
  /** `auto`: asked from the server's information endpoint. */
  mode: 'auto' | 'v2' | 'v3'
  /** True fails with `admin_api_wrong_mode` on a server that says that it serves a single tenant. */
  multiTenant: boolean
  /**
   * The tenant under which tokens are asked for; default is each call's own. A client is known only to the tenants it was
   * registered with, but its tokens serve all of them.
   */
  signInTenant?: string
  /** Milliseconds until a call without an answer is given up; default 30,000. */
  timeoutMs?: number
  /** Calls at a time from this process; default 8. */
  maxConcurrency?: number
}

/** An instance as Admin API has it. It never gives a connection string back. */
export interface Registration {
  odsInstanceId: number
  name: string
  instanceType: string | null
  contexts: RegisteredContext[]
  derivatives: { id: number; derivativeType: string }[]
}

export interface RegisteredContext {
  id: number
  key: string
  value: string
}

export interface NewRegistration {
  name: string
  instanceType: string
  connectionString: string
}

/** A vendor: whom applications belong to. */
export interface NewVendor {
  company: string
  namespacePrefixes: string[]
  contactName: string
  contactEmailAddress: string
}

/** An application as Admin API has it; changing it means sending all of it. */
export interface Application {
  applicationId: number
  applicationName: string
  vendorId: number | null
  claimSetName: string | null
  educationOrganizationIds: number[]
  profileIds: number[]
  odsInstanceIds: number[]
  /** Null where this version of Admin API does not say. */
  enabled: boolean | null
}

export type NewApplication = Omit<Application, 'applicationId' | 'enabled' | 'vendorId' | 'claimSetName'> & {
  vendorId: number
  claimSetName: string
}

/** One of an application's credentials (2.3 and later). */
export interface ApiClient {
  apiClientId: number
  name: string
  key: string
  isApproved: boolean
  applicationId: number
  odsInstanceIds: number[]
}

/** A key with its secret, which Admin API shows only this once. */
export interface IssuedCredential {
  key: string
  secret: string
}

/** What the information endpoint says. */
export interface AdminApiInformation {
  version: string
  build: string | null
  mode: 'v1' | 'v2' | 'v3'
  /** Whether it serves several tenants, where it says so (2.4). */
  multiTenant: boolean | null
  /** The tenants it serves where it says so (2.4); null where it does not. */
  tenants: string[] | null
}

/** How a call is made: given up when the signal aborts; `fence` runs right before every request that changes something. */
export interface AdminApiCall {
  signal: AbortSignal
  fence?: () => Promise<void>
}

/**
 * One Admin API tenant, in our words. Every method throws only `Failure` (`admin_api_…`, `registration_…`,
 * `target_host_refused`, or what fence and signal give) that says whether a repetition may help. Server errors, 429,
 * timeouts and broken connections were tried again already, twice at most, where the request may run twice. Creating is
 * never repeated by itself: after a lost answer or a 500 the caller looks by name (see `findRegistration`).
 */
export interface AdminApi {
  /** Version and mode; fails with `admin_api_wrong_mode` when this client cannot speak it. */
  information(call: AdminApiCall): Promise<AdminApiInformation>
  /** Proves that the client can sign in and that the tenant is known, without changing anything. */
  checkTenant(call: AdminApiCall): Promise<void>
  /**
   * By name, ignoring case, since names that differ only in case are the same to us (not to Admin API); of several the one
   * that is written alike. Null when there is none. Contexts and derivatives included. `exact` minds the case, which saves
   * a look through all registrations.
   */
  findRegistration(name: string, call: AdminApiCall, options?: { exact?: boolean }): Promise<Registration | null>
  /** By id; null when there is none. */
  readRegistration(odsInstanceId: number, call: AdminApiCall): Promise<Registration | null>
  /**
   * Creates a registration and returns its id. Fails with `registration_name_taken` when the name is taken, and with a
   * retryable `admin_api_unreachable` when no answer came: then it may or may not have been created.
   */
  createRegistration(registration: NewRegistration, call: AdminApiCall): Promise<number>
  /** Changes name, type or connection string; an absent connection string keeps the stored one. */
  updateRegistration(
    odsInstanceId: number,
    change: { name: string; instanceType: string; connectionString?: string },
    call: AdminApiCall,
  ): Promise<void>
  /** Makes the contexts of a registration exactly these; what is right already is left alone. */
  putContexts(odsInstanceId: number, contexts: Record<string, string>, call: AdminApiCall): Promise<void>
  /** Every registration of the tenant, without contexts and derivatives. */
  listRegistrations(call: AdminApiCall): Promise<Pick<Registration, 'odsInstanceId' | 'name' | 'instanceType'>[]>
  /** Makes the derivative of this type lead there; the one there was is replaced, since its string cannot be read back. */
  putDerivative(
    odsInstanceId: number,
    derivative: { derivativeType: 'ReadReplica' | 'Snapshot'; connectionString: string },
    call: AdminApiCall,
  ): Promise<void>
  /** Removes it; one that is not there is no error. */
  deleteDerivative(odsInstanceId: number, derivativeType: string, call: AdminApiCall): Promise<void>

  /** The id of the vendor of this company; null when there is none, the first one when there are several. */
  findVendor(company: string, call: AdminApiCall): Promise<number | null>
  /** Null when there is none. */
  readVendor(vendorId: number, call: AdminApiCall): Promise<{ vendorId: number; company: string } | null>
  createVendor(vendor: NewVendor, call: AdminApiCall): Promise<number>

  /** The applications that use a registration, through any of their credentials; empty when the registration is gone. */
  listApplications(odsInstanceId: number, call: AdminApiCall): Promise<Application[]>
  readApplication(applicationId: number, call: AdminApiCall): Promise<Application | null>
  /** As with registrations: never repeated by itself, and after a lost answer the caller looks. */
  createApplication(
    application: NewApplication,
    call: AdminApiCall,
  ): Promise<IssuedCredential & { applicationId: number }>
  /** Sends the whole application. */
  updateApplication(application: Application, call: AdminApiCall): Promise<void>
  /** One that is gone already is no error. */
  deleteApplication(applicationId: number, call: AdminApiCall): Promise<void>

  /** Null where this version of Admin API has no credentials of their own (before 2.3). */
  listApiClients(applicationId: number, call: AdminApiCall): Promise<ApiClient[] | null>
  readApiClient(apiClientId: number, call: AdminApiCall): Promise<ApiClient | null>
  /** Sends the whole credential. */
  updateApiClient(client: ApiClient, call: AdminApiCall): Promise<void>
  /** One that is gone already is no error. */
  deleteApiClient(apiClientId: number, call: AdminApiCall): Promise<void>

  /**
   * Deletes contexts, derivatives, then the registration. One that is gone already is no error. Applications on it
   * make Admin API refuse: `admin_api_refused`.
   */
  deleteRegistration(odsInstanceId: number, call: AdminApiCall): Promise<void>
}

/** Opens Admin APIs; tokens and connections are shared per address and client. */
export interface AdminApiClient {
  /**
   * Connects nothing yet. Throws `validation_failed` or `target_host_refused` for a URL that is never called, and
   * `admin_api_unknown_tenant` for a name that no tenant can have.
   * @param tenant Admin API's tenant name; sent with every call, ignored by a single-tenant Admin API. Empty: not sent.
   */
  open(connection: AdminApiConnection, tenant: string): AdminApi
  close(): Promise<void>
}
