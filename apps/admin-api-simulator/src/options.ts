import { randomBytes } from 'node:crypto'

/** The database engine one Admin API process serves; it decides connection string syntax, collation and NULL handling. */
export type Engine = 'PostgreSql' | 'SqlServer'

/** The API generation one process answers for; only `v2` has resources here, the others give mode-mismatch answers. */
export type Mode = 'v1' | 'v2' | 'v3'

/** A client that exists in every tenant from the start, as if registered earlier. */
export interface PreRegisteredClient {
  clientId: string
  clientSecret: string
  displayName?: string | undefined
}

/** What a simulator can be told. Everything is optional; the defaults are a 2.3 Admin API on PostgreSQL, single tenant. */
export interface SimulatorOptions {
  /** TCP port; 0 (default) takes a free one. */
  port?: number | undefined
  /** Address to listen on; default `127.0.0.1`. */
  host?: string | undefined
  /** `AppSettings:DatabaseEngine`; default `PostgreSql`. */
  engine?: Engine | undefined
  /** `AppSettings:MultiTenancy`; default false. */
  multiTenant?: boolean | undefined
  /** Served tenants. Empty (default) with `multiTenant`: every well-formed name is served, each with its own store. */
  tenants?: readonly string[] | undefined
  /** `AppSettings:adminApiMode`; default `v2`. */
  mode?: Mode | undefined
  /** Shape of `GET /` and of a tenant-less GET; default `2.3`. */
  version?: '2.3' | '2.4' | undefined
  /** `AppSettings:PathBase`, for instance `adminapi`; default none. */
  pathBase?: string | undefined
  /** Clients known without registering. */
  clients?: readonly PreRegisteredClient[] | undefined
  /** `Authentication:AllowRegistration`; default true. */
  allowRegistration?: boolean | undefined
  /** Registrations per minute and address before 429; default 3 as the real one, 0 switches the limit off. */
  registrationsPerMinute?: number | undefined
  /** Seconds a token is valid; default 1800. `expires_in` is one less, as the real one rounds down. */
  tokenLifetimeSeconds?: number | undefined
  /** `AppSettings:EncryptionKey`, base64 of 32 bytes; default random, kept in the data file if there is one. */
  encryptionKey?: string | undefined
  /** `Authentication:SigningKey`, base64; default random, kept in the data file if there is one. */
  signingKey?: string | undefined
  /** File that holds the whole state between runs; default none. */
  dataFile?: string | undefined
  /** `AppSettings:PreventDuplicateApplications`; default false. */
  preventDuplicateApplications?: boolean | undefined
  /** `AppSettings:EnableApplicationResetEndpoint`; default false. */
  enableApplicationResetEndpoint?: boolean | undefined
  /** `AppSettings:DefaultPageSizeLimit`; default 25. */
  defaultPageSizeLimit?: number | undefined
  /** `AppSettings:DefaultPageSizeOffset`; default 0. */
  defaultPageSizeOffset?: number | undefined
  /** Milliseconds between validating and writing, where two requests can cross as they can in the real one; default 5. */
  writeDelayMs?: number | undefined
  /** Whether `/__simulator` answers; default true. */
  control?: boolean | undefined
  /** When set, `/__simulator` wants it as a Bearer token. */
  controlToken?: string | undefined
  /** How many requests the request log keeps; default 1000. */
  requestLogSize?: number | undefined
}

/** The keys that a restarted simulator must find again. */
export interface Keys {
  encryptionKey: string
  signingKey: string
}

/** The options with every default filled in. */
export interface Settings extends Keys {
  port: number
  host: string
  engine: Engine
  multiTenant: boolean
  tenants: readonly string[]
  mode: Mode
  version: '2.3' | '2.4'
  pathBase: string
  clients: readonly PreRegisteredClient[]
  allowRegistration: boolean
  registrationsPerMinute: number
  tokenLifetimeSeconds: number
  dataFile: string | null
  preventDuplicateApplications: boolean
  enableApplicationResetEndpoint: boolean
  defaultPageSizeLimit: number
  defaultPageSizeOffset: number
  writeDelayMs: number
  control: boolean
  controlToken: string | null
  requestLogSize: number
}

/** Fills in the defaults; keys that are not given come from an earlier run or are made. */
export function resolveOptions(options: SimulatorOptions, earlier: Keys | null = null): Settings {
  return {
    port: options.port ?? 0,
    host: options.host ?? '127.0.0.1',
    engine: options.engine ?? 'PostgreSql',
    multiTenant: options.multiTenant ?? false,
    tenants: options.tenants ?? [],
    mode: options.mode ?? 'v2',
    version: options.version ?? '2.3',
    pathBase: (options.pathBase ?? '').replace(/^\/+|\/+$/g, ''),
    clients: options.clients ?? [],
    allowRegistration: options.allowRegistration ?? true,
    registrationsPerMinute: options.registrationsPerMinute ?? 3,
    tokenLifetimeSeconds: options.tokenLifetimeSeconds ?? 1800,
    encryptionKey: options.encryptionKey ?? earlier?.encryptionKey ?? randomKey(),
    signingKey: options.signingKey ?? earlier?.signingKey ?? randomKey(),
    dataFile: options.dataFile ?? null,
    preventDuplicateApplications: options.preventDuplicateApplications ?? false,
    enableApplicationResetEndpoint: options.enableApplicationResetEndpoint ?? false,
    defaultPageSizeLimit: options.defaultPageSizeLimit ?? 25,
    defaultPageSizeOffset: options.defaultPageSizeOffset ?? 0,
    writeDelayMs: options.writeDelayMs ?? 5,
    control: options.control ?? true,
    controlToken: options.controlToken ?? null,
    requestLogSize: options.requestLogSize ?? 1000,
  }
}

/** A fresh 32-byte key in base64, for encryption or signing. */
function randomKey(): string {
  return randomBytes(32).toString('base64')
}
