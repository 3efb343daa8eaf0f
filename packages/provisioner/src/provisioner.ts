import type { Json, JsonObject } from '@edfi-tenants/core'
import type { ProvisionerManifest } from './manifest.js'
import type { Operation } from './operation.js'
import type { DatabaseInfo, DatabaseKind, Login, Ownership, Server } from './server.js'

/** What a new database starts from. */
export type DatabaseSource =
  /** One of the server's templates, as its `templates` entry has it. */
  | { kind: 'template'; name: string; template: Json }
  /** Nothing. */
  | { kind: 'empty' }
  /** A database of the same server, copied there. Nobody may be on it: `source_in_use` unless sessions may be ended. */
  | { kind: 'copy'; databaseName: string; identity?: string; mayEndSessions: boolean }
  /** What `exportDatabase` gave, of this or another server of the engine. */
  | { kind: 'export'; format: string; chunks: AsyncIterable<Uint8Array> }

/** The login that ODS/API will use on an instance. */
export interface RegisteredLogin extends Login {
  /** Made for this instance alone: created with its database and dropped with it. */
  own: boolean
}

export interface CreateDatabase {
  databaseName: string
  source: DatabaseSource
  owner: Ownership
  /** What the database is for; stands in its marker. Default `instance`. */
  kind?: DatabaseKind
  /** Is given what ODS/API needs on the new database, before it gets its final name. Null: nobody but us needs it. */
  login: RegisteredLogin | null
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

/** A database of ours that is to be changed as a whole; marker and, where given, identity must match. */
export interface OwnDatabase {
  databaseName: string
  owner: Ownership
  /** The identity on record. */
  identity?: string
}

export interface RenameDatabase {
  from: string
  to: string
  owner: Ownership
  identity?: string
}

/** Taking a database away from its users without losing it, and giving it back. */
export interface RetireDatabase {
  /** The name it has in use. */
  databaseName: string
  /** The name it has while it is retired. */
  retiredName: string
  owner: Ownership
  identity?: string
  /** The login that loses its access, or gets it back. */
  login: RegisteredLogin
}

/** Taking on a database that somebody else made. */
export interface AdoptDatabase {
  databaseName: string
  owner: Ownership
  /** The login that gets what ODS/API needs on it; one of its own is made. */
  login: RegisteredLogin
  /** The instance of this installation whose marker may stand there: one that nothing is on record of any more. */
  replaces?: string
}

/** Letting go of a database of ours without touching what is in it. */
export interface ReleaseDatabase extends OwnDatabase {
  /** The instance's own login: it stays usable and is nobody's from then on, or it is dropped. Absent: it has none. */
  ownLogin?: { username: string; drop: boolean }
}

/** A database as seen from outside, without connecting to it. */
export interface DatabaseProbe {
  databaseName: string
  /** `online`: it takes connections; `stopped`: it takes none; `unavailable`: the engine is not done with it (restoring, suspect). */
  state: 'online' | 'stopped' | 'unavailable' | 'missing'
  identity: string | null
  owner: Ownership | null
  /** Null where it was not asked for, or may not be known. */
  sizeBytes: number | null
  /** Sessions on it now; null where it may not be known. */
  connections: number | null
}

/** A named question to a database that answers with rows; no rows: all is well. */
export interface SqlCheck {
  name: string
  sql: string
}

export interface CountDatabase {
  databaseName: string
  /** The login that ODS/API uses. */
  login: Login
  /** Longest time for the counts; afterwards the planner's estimates are taken. */
  statementTimeoutMs: number
  checks?: SqlCheck[]
}

/** What is in an ODS. What could not be had is null, never 0. */
export interface DatabaseCounts {
  /** Milliseconds until the first answer, signing in included. */
  latencyMs: number
  odsVersion: string | null
  dataStandard: string | null
  /** By the words of the API: `students`, `staff`, `schools`, … A table that this ODS lacks is null. */
  counts: Record<string, number | null>
  countsMode: 'exact' | 'estimated'
  /** The newest change of any counted table, ISO 8601 in UTC. */
  newestChangeAt: string | null
  checks: { name: string; ok: boolean; detail: string }[]
}

/** Scripts that fill a database: all of them in one transaction, or none. */
export interface RunScripts {
  databaseName: string
  owner: Ownership
  /** The login that ODS/API uses: scripts need no more rights than it has. */
  login: Login
  scripts: { name: string; sql: string }[]
  /** What the scripts read by the engine's own means (PostgreSQL: `current_setting('tm.parameters')::jsonb`); never pasted into them. */
  parameters: JsonObject
  /** A query run after the scripts, in their transaction: rows `(name text, ok boolean, detail text)`. One that is not ok undoes all. */
  verify?: { name: string; sql: string }
}

export interface ScriptsRun {
  verified: { name: string; ok: boolean; detail: string }[]
}

export interface ExportDatabase {
  databaseName: string
  identity?: string
}

export interface ExportedDatabase {
  /** What `createDatabase` must be told to read it again, for example `pg_dump`. */
  format: string
  bytes: number
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

  /** Takes no more connections and ends those there are. Done already: nothing to do. */
  stopDatabase(server: Server, request: OwnDatabase, operation: Operation): Promise<{ endedSessions: number }>

  /** Takes connections again. */
  startDatabase(server: Server, request: OwnDatabase, operation: Operation): Promise<void>

  /**
   * Gives a database another name, ending the sessions on it; one that was stopped stays so. Fails with
   * `database_name_taken`; no look before. One that has the name already and is ours was renamed by an earlier try.
   */
  renameDatabase(server: Server, request: RenameDatabase, operation: Operation): Promise<void>

  /** Ends all use of a database and renames it to its retired name, where only the privileged login can reach it. */
  retireDatabase(server: Server, request: RetireDatabase, operation: Operation): Promise<void>

  /** Takes `retireDatabase` back: name, connections and the login's access. */
  reviveDatabase(server: Server, request: RetireDatabase, operation: Operation): Promise<void>

  /**
   * Marks a database that nobody has marked as this instance's, and gives the login its rights; whoever is on it stays.
   * One that is this instance's already, or the one's that it `replaces`, becomes this run's. Fails with
   * `database_missing`, or with `not_our_database` for one with a valid marker of anything else. What stood in the marker's place comes back with `releaseDatabase`.
   */
  adoptDatabase(server: Server, request: AdoptDatabase, operation: Operation): Promise<{ identity: string }>

  /** Takes our marker off a database; one without a marker was released by an earlier try. */
  releaseDatabase(server: Server, request: ReleaseDatabase, operation: Operation): Promise<void>

  /** What this worker can export databases of this server as; empty where the engine's programs are missing or too old. */
  exportFormats(server: Server, operation: Operation): Promise<string[]>

  /**
   * Writes a consistent copy of a database, in use or not, chunk by chunk; nothing of it is kept here. `write` takes the
   * next chunk once it has dealt with the one before.
   */
  exportDatabase(
    server: Server,
    request: ExportDatabase,
    write: (chunk: Uint8Array) => Promise<void>,
    operation: Operation,
  ): Promise<ExportedDatabase>

  /** How databases stand, by one connection to the server and none to them. In the order asked. */
  probeDatabases(
    server: Server,
    request: { databaseNames: string[]; sizes: boolean },
    operation: Operation,
  ): Promise<DatabaseProbe[]>

  /** Counts what is in an ODS, by one connection with the login of ODS/API, read-only. Assumes no table to be there. */
  countDatabase(server: Server, request: CountDatabase, operation: Operation): Promise<DatabaseCounts>

  /** Runs scripts inside a database. A failing one fails with `seed_failed`, named with its line; then nothing has changed. */
  runScripts(server: Server, request: RunScripts, operation: Operation): Promise<ScriptsRun>

  /** Connects as ODS/API will and looks whether this is a database it can serve. Changes nothing. */
  verifyDatabase(server: Server, request: VerifyDatabase, operation: Operation): Promise<VerifiedDatabase>

  /** The string to register with Admin API: the address ODS/API reaches the server at, in its driver's format. Connects nowhere. */
  registeredConnectionString(server: Server, request: ConnectionStringRequest): string | Promise<string>

  /** Bytes on disk; null when the database is not there. */
  databaseSize(server: Server, request: { databaseName: string }, operation: Operation): Promise<number | null>

  /** Closes idle connections; called when a worker stops. */
  close?(): Promise<void>
}
