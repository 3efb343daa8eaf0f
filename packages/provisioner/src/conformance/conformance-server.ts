import type { Json, JsonObject } from '@edfi-tenants/core'
import type { Login, Server } from '../server.js'

/**
 * A database server for the suite to work on, with what looks at it and meddles with it past the provisioner. Nobody
 * else uses it meanwhile. The privileged login should be one with the least rights that the provisioner asks for.
 */
export interface ConformanceServer {
  server: Server
  /** A template that is an ODS of version 7 or later with descriptors, as an entry of `templates`. */
  template: Json
  /** Settings to put over the server's, with which it cannot be reached. Default: a port that nobody listens on. */
  unreachable?: JsonObject
  /** The entry of a template that is not there. */
  missingTemplate: Json
  /** The shared login that ODS/API would use; it can read the template's tables. */
  login: Login
  /** Further secrets that no error may show, for example a password inside the settings. */
  secrets?: string[]
  /** The names of all databases, whoever's. */
  listRaw(): Promise<string[]>
  /** Makes an empty database as somebody else would. */
  createForeign(name: string): Promise<void>
  /** Makes an empty database as the privileged login would, without anything that says whose it is. */
  createUnmarked(name: string): Promise<void>
  dropForeign(name: string): Promise<void>
  /** Copies a database together with what the provisioner wrote into it, as a backup and restore by hand would. */
  copyWithMarker(from: string, to: string): Promise<void>
  /** Opens a session on a database, as ODS/API would; `isOpen` says whether it still is. */
  openSession(database: string): Promise<{ isOpen(): Promise<boolean>; close(): Promise<void> }>
  /** Whether a login is able to connect now: to a database, or without one to the server at all. */
  canConnect(login: Login, database?: string): Promise<boolean>
  /** Texts in the engine's own SQL, for databases made from the template. */
  sql: {
    /** A script that adds one student, whose unique id is the parameter `studentUniqueId`. */
    addStudent: string
    /** A script whose third line fails. */
    failOnLine3: string
    /** A query that answers `(name, ok, detail)`: all is well. */
    verified: string
    /** The same: something is missing. */
    notVerified: string
    /** A query that finds something wrong, and one that does not. */
    finding: string
    noFinding: string
  }
  /** Keeps the template busy until released. Absent where the engine copies templates that are in use. */
  holdTemplate?: () => Promise<{ release(): Promise<void> }>
  /** Ends the server without a goodbye and starts it again. Absent where that cannot be done. */
  restart?: () => Promise<void>
  stop?(): Promise<void>
}
