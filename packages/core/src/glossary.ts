/**
 * The vocabulary, used everywhere with these meanings:
 *
 * - **environment**: one Admin API + ODS/API deployment; it has one database engine.
 * - **tenant**: a grouping of instances; belongs to one environment and maps to one Admin API tenant.
 * - **instance**: one ODS database and its registration.
 * - **database server**: where instances live, served by a provisioner.
 * - **template**: the database or backup that an instance starts from.
 * - **provisioner**: the plugin for one database engine or cloud.
 * - **job**: what a client polls. **step**: a unit of a job that can run twice and be undone.
 * - **batch**: many jobs asked for at once.
 * - **archive**: a verified backup of an instance.
 * - **queue entry**: what the queue holds; it carries only the job's id.
 * - **ring**: putting an entry on the queue for a row that is due.
 * - **marker**: what we write into a database to know that it is ours.
 */
export type Glossary = never

/** Database engines as Admin API's `DatabaseEngine` setting spells them. */
export const databaseEngines = ['PostgreSql', 'SqlServer'] as const
export type DatabaseEngine = (typeof databaseEngines)[number]

/** Any value that survives JSON unchanged; what crosses queues, the provisioner contract and the store. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
export type JsonObject = Record<string, Json>
