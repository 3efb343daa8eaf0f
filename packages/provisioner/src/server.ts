import type { JsonObject } from '@edfi-tenants/core'

/** A login with its password in the clear; it exists only while an operation runs. */
export interface Login {
  username: string
  password: string
}

/** A database server as an operation receives it: settings checked against the manifest, secrets resolved. */
export interface Server {
  id: string
  name: string
  settings: JsonObject
  /** The privileged path. Never registered with Admin API, never given out. */
  credentials: Login
}

/** What tells whose a database is: part of the marker, and of the name it has before it is finished. */
export interface Ownership {
  /** This installation of the product; another installation's databases are never touched. */
  installationId: string
  /** The id of what it was made for: an instance, or (by its kind) an archive, a job or a tenant. */
  instanceId: string
  /** Grows with every claim of a job: a database with a later epoch is never dropped by an earlier worker. */
  epoch: number
}

/** What a database of ours is for. */
export const databaseKinds = ['instance', 'archive', 'derivative', 'scratch', 'tenant'] as const
export type DatabaseKind = (typeof databaseKinds)[number]

/** What stands in a database to say that we made it, and for what. */
export interface Marker extends Ownership {
  kind: DatabaseKind
  /**
   * The server's own identity of the database (on PostgreSQL its oid). A marker that was copied along with a database
   * does not match the copy's identity, so a copy is never mistaken for ours.
   */
  identity: string
}

/** A database as seen on its server. */
export interface DatabaseInfo {
  name: string
  /** The server's own identity of it, see {@link Marker.identity}. */
  identity: string
  /** Who made it, when a valid marker of ours says so; null for foreign databases and for copies of ours. */
  owner: Ownership | null
  /** What it is for, where a valid marker of ours says so. */
  kind: DatabaseKind | null
  isTemplate: boolean
  allowsConnections: boolean
  sizeBytes: number | null
}
