import { createHash, randomBytes } from 'node:crypto'
import pg from 'pg'
import { withConnection } from './connect.js'

/** Where a template goes. */
export interface TemplateOptions {
  /** Connection URL of a login that may create databases, e.g. `postgres://postgres@localhost:5432/postgres`. */
  adminUrl: string
  /** At most 63 bytes. */
  databaseName: string
  /** Role that shall own the database and all in it; default the login of `adminUrl`, which must be a member of it. */
  owner?: string | undefined
  /** Marks the database as a template and closes it to connections, so that nothing can hinder a clone; default true. */
  seal?: boolean | undefined
}

/** `built`, or `exists` when a finished one of that name was there already and has been left alone. */
export type TemplateOutcome = 'built' | 'exists'

const comment = 'Sample Ed-Fi ODS'
const duplicateDatabase = '42P04'
const uniqueViolation = '23505'
const maxNameBytes = 63

/**
 * Creates a database under a working name, lets `fill` put its content there, seals it, and gives it its final name last:
 * nobody ever finds half a template under that name. Leaves a finished one alone; throws when the name belongs to a database
 * that is neither sealed nor of our making.
 */
export async function createTemplateDatabase(
  options: TemplateOptions,
  fill: (client: pg.Client) => Promise<void>,
): Promise<TemplateOutcome> {
  const { adminUrl, databaseName } = options
  if (databaseName === '' || Buffer.byteLength(databaseName) > maxNameBytes) {
    throw new Error(`a database name has 1 to ${maxNameBytes} bytes: "${databaseName}"`)
  }
  const workingPrefix = `sample_ods_build_${createHash('sha256').update(databaseName).digest('hex').slice(0, 8)}_`
  return withConnection(adminUrl, undefined, async (admin) => {
    // Two builders of one name take turns; the second finds the work done.
    await admin.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [workingPrefix])
    if (await isFinished(admin, options)) return 'exists'
    await dropLeftovers(admin, workingPrefix)
    const workingName = workingPrefix + randomBytes(4).toString('hex')
    const working = pg.escapeIdentifier(workingName)
    await admin.query(`SELECT set_config('application_name', $1, false)`, [workingName])
    await admin.query(`CREATE DATABASE ${working} TEMPLATE template0 ENCODING 'UTF8'${ownerClause(options.owner)}`)
    try {
      await withConnection(adminUrl, workingName, async (client) => {
        await client.query(`SET search_path = ''; SET statement_timeout = 0; SET synchronous_commit = off`)
        if (options.owner !== undefined) await client.query(`SET ROLE ${pg.escapeIdentifier(options.owner)}`)
        await fill(client)
      })
      await admin.query(`COMMENT ON DATABASE ${working} IS '${comment}'`)
      if (options.seal ?? true) await admin.query(`ALTER DATABASE ${working} IS_TEMPLATE true ALLOW_CONNECTIONS false`)
      await admin.query(`ALTER DATABASE ${working} RENAME TO ${pg.escapeIdentifier(databaseName)}`)
      return 'built'
    } catch (error) {
      // What cannot be dropped now is a leftover, which the next builder of this name drops.
      await drop(admin, workingName).catch(() => undefined)
      // The lock counts within one database of the server: a builder that came in through another one can still be first.
      if (isNameTaken(error) && (await isFinished(admin, options))) return 'exists'
      throw error
    }
  })
}

function ownerClause(owner: string | undefined): string {
  return owner === undefined ? '' : ` OWNER ${pg.escapeIdentifier(owner)}`
}

function isNameTaken(error: unknown): boolean {
  return error instanceof pg.DatabaseError && (error.code === duplicateDatabase || error.code === uniqueViolation)
}

async function isFinished(admin: pg.Client, { databaseName, seal = true }: TemplateOptions): Promise<boolean> {
  const found = await admin.query<{ sealed: boolean; ours: boolean }>(
    `SELECT datistemplate AND NOT datallowconn AS sealed,
            coalesce(shobj_description(oid, 'pg_database') = $2, false) AS ours
       FROM pg_database WHERE datname = $1`,
    [databaseName, comment],
  )
  const database = found.rows[0]
  if (database === undefined) return false
  if (database.sealed || (database.ours && !seal)) return true
  throw new Error(`database "${databaseName}" exists and is not a sealed template; it has been left as it is`)
}

/** Removes what a builder left that was killed. One still at work bears the name of its database as its session's name. */
async function dropLeftovers(admin: pg.Client, workingPrefix: string): Promise<void> {
  const found = await admin.query<{ datname: string }>(
    `SELECT datname FROM pg_database
      WHERE starts_with(datname, $1)
        AND NOT EXISTS (SELECT FROM pg_stat_activity session WHERE session.application_name = pg_database.datname)`,
    [workingPrefix],
  )
  for (const { datname } of found.rows) await drop(admin, datname)
}

async function drop(admin: pg.Client, databaseName: string): Promise<void> {
  const name = pg.escapeIdentifier(databaseName)
  const found = await admin.query('SELECT FROM pg_database WHERE datname = $1', [databaseName])
  if (found.rowCount === 0) return
  await admin.query(`ALTER DATABASE ${name} IS_TEMPLATE false`)
  await admin.query(`DROP DATABASE IF EXISTS ${name}`)
}
