import type { DatabaseEngine, JsonObject } from '@edfi-tenants/core'

/** The version of the contract that this package describes; a provisioner names the one it was written for. */
export const contractVersion = 1

/** What an engine can do. Jobs honour these: what is `false` is refused at the request, before anything starts. */
export interface Capabilities {
  /** An instance can have a login of its own, made and removed with it. */
  supportsPerInstanceLogin: boolean
  /** A database can be given another name in place. Where not, create must reach the same guarantee in another way. */
  supportsRename: boolean
  /** A database can be made to take no connections, and opened again. */
  supportsStop: boolean
  /** A database can be kept as an archive: exported, or copied on its server. */
  supportsArchive: boolean
  /** A database in use can be copied, at least where the engine's own programs are installed on the worker. */
  clonesOnline: boolean
  /** The server itself copies a database while sessions are on it. Default: false, the copy needs one that nobody is on. */
  copiesInUse?: boolean
}

/** What a worker publishes about a provisioner and the API validates against; plain data. */
export interface ProvisionerManifest {
  /** The word a database server's `engine` uses, for example `postgresql`. */
  name: string
  title: string
  databaseEngine: DatabaseEngine
  contractVersion: number
  /** JSON Schema (2020-12) of a database server's `settings`. */
  settingsSchema: JsonObject
  /** JSON Schema of one entry of a database server's `templates`. */
  templateSchema: JsonObject
  /** Which settings say where the server is; changing one of them needs the credentials again. */
  addressSettings: string[]
  capabilities: Capabilities
}
