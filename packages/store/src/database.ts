import { Failure, isFailure } from '@edfi-tenants/core'
import pg from 'pg'

/** Something SQL can be sent to: the pool, or one connection inside a transaction. */
export interface Database {
  /**
   * Sends a statement. One that is `named` is parsed and planned once per connection: for the few that run with every
   * request and step. A name stands for one text only.
   */
  query<Row extends object>(text: string, values?: readonly unknown[], named?: string): Promise<Row[]>
}

/** A pool of connections to the control database. */
export interface Pool extends Database {
  /** Runs `work` in one transaction; commits when it returns, rolls back when it throws. */
  transaction<Result>(work: (database: Database) => Promise<Result>): Promise<Result>
  /** The same pool as the driver has it, for Prisma's adapter. */
  readonly driver: pg.Pool
  close(): Promise<void>
}

/** SQLSTATE classes and driver codes that mean: the control database is away, going away, or lets nobody in. */
const awayCodes =
  /^(08|25006|28|3D000|53|55000|57P0|58)|^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH)/

/** The one translation of driver errors: away → `control_database_unavailable`, anything else is passed on as it is. */
export function translateError(error: unknown): unknown {
  if (isFailure(error)) return error
  const code = errorCode(error)
  if (code !== undefined ? awayCodes.test(code) : isLostConnection(error))
    return new Failure('control_database_unavailable', 'The control database cannot be reached.', {
      retryable: true,
      cause: error,
    })
  return error
}

/** SQLSTATE or driver code of an error, wherever Prisma's adapter or Node put it. */
function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const { code, errors, cause } = error as { code?: unknown; errors?: unknown[]; cause?: unknown }
  if (typeof code === 'string' && code !== '' && !code.startsWith('P1')) return code
  if (typeof code === 'string') return 'ECONNREFUSED'
  return Array.isArray(errors) && errors.length > 0 ? errorCode(errors[0]) : errorCode(cause)
}

/** pg gives no code for a connection that ended under a query, nor for one that could not be had in time. */
const isLostConnection = (error: unknown): boolean =>
  error instanceof Error &&
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout)/.test(error.message)

/** Which unique constraint, unique index or foreign key a statement ran into; null for any other error. */
export function violatedConstraint(error: unknown): string | null {
  if (!(error instanceof pg.DatabaseError) || (error.code !== '23505' && error.code !== '23503')) return null
  return error.constraint ?? null
}

/** Whether a statement was given up because it and another one waited for each other; the same again succeeds. */
export const isDeadlock = (error: unknown): boolean => error instanceof pg.DatabaseError && error.code === '40P01'

/**
 * Opens a pool. Connections are made on demand; `connectTimeoutMs` (default 2,000) bounds how long a request waits for
 * one, so that a missing database makes for a quick 503 and not for a hanging client; `queryTimeoutMs` (default 30,000)
 * how long for an answer, so that a connection that silently died is given up.
 */
export function openPool(
  url: string,
  options: { size: number; connectTimeoutMs?: number; queryTimeoutMs?: number; applicationName?: string },
): Pool {
  const driver = new pg.Pool({
    connectionString: url,
    max: options.size,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 2_000,
    query_timeout: options.queryTimeoutMs ?? 30_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    application_name: options.applicationName ?? 'edfi-tenants',
  })
  // An idle connection that breaks is replaced by the next query; without a listener it would end the process.
  driver.on('error', () => undefined)
  const run = async <Row extends object>(
    on: pg.Pool | pg.PoolClient,
    text: string,
    values: readonly unknown[],
    name?: string,
  ): Promise<Row[]> => {
    try {
      return (await on.query<Row>({ text, values: [...values], ...(name === undefined ? {} : { name }) })).rows
    } catch (error) {
      throw translateError(error)
    }
  }
  return {
    driver,
    query: (text, values = [], name?) => run(driver, text, values, name),
    async transaction(work) {
      const client = await driver.connect().catch((error: unknown) => {
        throw translateError(error)
      })
      // A connection that breaks while it is ours speaks through the failing query.
      const ignore = () => undefined
      client.on('error', ignore)
      let broken: Error | undefined
      try {
        await run(client, 'BEGIN', [])
        const result = await work({ query: (text, values = [], name?) => run(client, text, values, name) })
        await run(client, 'COMMIT', [])
        return result
      } catch (error) {
        await client.query('ROLLBACK').catch((failed: unknown) => (broken = failed as Error))
        throw error
      } finally {
        client.off('error', ignore)
        client.release(broken)
      }
    },
    close: () => driver.end(),
  }
}
