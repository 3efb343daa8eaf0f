import type { DatabaseEngine, JsonObject } from '@edfi-tenants/core'

/** What is published about a seed bundle, so that requests can be checked against it; plain data. */
export interface SeedBundleManifest {
  /** Lower-case letters, digits and hyphens; the name of its folder. */
  name: string
  title: string
  description: string
  /** JSON Schema (2020-12) of the parameters: an object. */
  parametersSchema: JsonObject
  /** The engines that it has scripts for. */
  engines: DatabaseEngine[]
}

/** A bundle as a worker has it: its manifest and its scripts per engine, in the order in which they run. */
export interface SeedBundle {
  manifest: SeedBundleManifest
  scripts: Partial<Record<DatabaseEngine, { name: string; sql: string }[]>>
  /** A query whose rows `(name, ok, detail)` say whether the bundle's data are there. */
  verify: Partial<Record<DatabaseEngine, { name: string; sql: string }>>
}
