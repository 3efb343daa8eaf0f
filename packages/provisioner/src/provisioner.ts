import type { Json } from '@edfi-tenants/core'
import type { ProvisionerManifest } from './manifest.js'
import type { Operation } from './operation.js'
import type { DatabaseInfo, Login, Ownership, Server } from './server.js'

/** What a new database starts from: one of the server's templates (as its `templates` entry has it), or nothing. */
export type DatabaseSource = { kind: 'template'; name: string; template: Json } | { kind: 'empty' }

/** The login that ODS/API will use on an instance. */
export interface RegisteredLogin extends Login {
  /** Made for this instance alone: created with its database and dropped with it. */
  own: boolean
}

export interface CreateDatabase {
  databaseName: string
  source: DatabaseSource
  owner: Ownership
  /** Is given what ODS/API needs on the new database, before it gets its final name. */
  login: RegisteredLogin
}

export interface CreatedDatabase {
  databaseName: string
  identity: string
  /** `existing` when an earlier try of the same instance had finished it already. */
  created: 'now' | 'existing'
  /** How it was copied, for the record; for example `wal_log`. */
  method: string
  sizeBytes: number | null
}

export interface DropDatabase {
  databaseName: string
  owner: Ownership
  /** The instance's own login, dropped along; absent when it shares one. */
  ownLogin?: string
  /** The identity on record; where given it must match too. */
  identity?: string
}

export interface VerifyDatabase {
  databaseName: string
  owner: Ownership
  /** The login to connect with: what ODS/API will use. */
  login: Login
  /** `ods`: tables, descriptors and versions are looked at; `connection`: connecting is enough (bare databases). */
  expect: 'ods' | 'connection'
}

export interface VerifiedDatabase {
  /** As the database's own function says, for example `7.3`; null where it has no such function. */
  odsVersion: string | null
  dataStandard: string | null
  /** Number of descriptors; null when not looked at. */
  descriptors: number | null
}

/** What a server test looks at besides the server itself. */
export interface TestServer {
  /** The server's templates, each entry as the manifest's `templateSchema` has it. */
  templates: Record<string, Json>
  /** The login that instances share; absent where there is none. Whether it can sign in is tried. */
  registeredLogin?: Login
  /** Whether instances get logins of their own: then the right to make them is needed. */
  ownLogins: boolean
}

/** One finding of a server test. A failed one says in `remedy` what to do, with the SQL where there is any. */
export interface ServerCheck {
  name: string
  ok: boolean
  detail: string
  remedy?: string
}

export interface ServerReport {
  serverVersion: string
  checks: ServerCheck[]
  databases: DatabaseInfo[]
}

/** Which of a server's two addresses a connection string leads to. */
export interface ConnectionStringRequest {
  databaseName: string
  login: Login
}

/**
 * A plugin for one database engine or cloud. Every operation can be run twice with the same request, throws only
 * `Failure` (typed errors that say whether a repetition may help), ends soon after its signal aborts, and touches no
 * database without a valid marker of this installation and instance.
 */
export interface Provisioner {
  readonly manifest: ProvisionerManifest

  /** Tries everything this server is needed for: reaching it, rights, version, templates, the shared login. Changes nothing. */
  testServer(server: Server, request: TestServer, operation: Operation): Promise<ServerReport>

  /** All databases of the server except the engine's own. */
  listDatabases(server: Server, operation: Operation): Promise<DatabaseInfo[]>

  /**
   * Creates an instance's database under a name that only we can have made ({@link privateName}), marks it, gives the
   * login its rights, then renames it to its final name; there is no drop before and no look-then-act. A leftover of
   * an earlier try of the same instance is removed first. A finished one of the same instance is returned as it is.
   * Fails with `database_name_taken`, `template_missing`, `template_busy`, …
   */
  createDatabase(server: Server, request: CreateDatabase, operation: Operation): Promise<CreatedDatabase>

  /**
   * Drops an instance's database, its unfinished leftovers and its own login. The marker is compared in the very
   * operation that drops; one that is not there is no error. Where the name is another's database, leftovers and login
   * are removed all the same before it fails with `not_our_database`.
   */
  dropDatabase(server: Server, request: DropDatabase, operation: Operation): Promise<{ dropped: string[] }>

  /** Connects as ODS/API will and looks whether this is a database it can serve. Changes nothing. */
  verifyDatabase(server: Server, request: VerifyDatabase, operation: Operation): Promise<VerifiedDatabase>

  /** The string to register with Admin API: the address ODS/API reaches the server at, in its driver's format. */
  registeredConnectionString(server: Server, request: ConnectionStringRequest): string

  /** Bytes on disk; null when the database is not there. */
  databaseSize(server: Server, request: { databaseName: string }, operation: Operation): Promise<number | null>

  /** Closes idle connections; called when a worker stops. */
  close?(): Promise<void>
}
