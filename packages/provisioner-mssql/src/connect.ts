import type { Login, Operation, Server } from '@edfi-tenants/provisioner'
import type { Connection } from 'tedious'
import { assertRunning, stopped, toFailure, type Role } from './errors.js'
import { openConnection } from './open-connection.js'
import { runRequest, type Parameters, type Row } from './run-request.js'
import { patiently } from './patiently.js'
import { readSettings, type Settings } from './settings.js'

/** One connection. What it runs throws only failures. */
export interface Session {
  /**
   * Runs statements with parameters (`sp_executesql`) and gives their rows; a change of database ends with them. When
   * the signal aborts, they are cancelled on the server. `maxRows`: no more than these are fetched.
   */
  query<Result = Row>(text: string, parameters?: Parameters, maxRows?: number): Promise<Result[]>
  /** Runs statements as they are, as one batch; a transaction that they begin goes on. Cancelled like a query. */
  batch<Result = Row>(text: string): Promise<Result[]>
  /** The same for what must run to its end even when the signal has aborted: short work, and cleaning up. */
  finish<Result = Row>(text: string): Promise<Result[]>
  /** Runs work on a connection of its own to another database; absent where a session changes its database by USE. */
  elsewhere?: <Result>(database: string, work: (session: Session) => Promise<Result>) => Promise<Result>
  /** The same session for work that goes on when the signal has aborted. */
  steady: Session
}

/** What to connect to, and as whom. */
export interface Target {
  settings: Settings
  database: string
  login: Login
  role: Role
  /** How long one statement may take; by default as the settings say. */
  statementTimeoutMs?: number
}

/** Where locks are taken, and everything is done that is not done inside a database. */
const maintenanceDatabase = 'master'

/** The privileged path to the server. */
export const maintenanceTarget = (server: Server): Target => ({
  settings: readSettings(server),
  database: maintenanceDatabase,
  login: server.credentials,
  role: 'admin',
})

/** Runs work in `master` with the privileged login. A lock that was taken lasts until this ends. */
export async function onMaintenance<Result>(
  server: Server,
  operation: Operation,
  work: (session: Session, settings: Settings) => Promise<Result>,
): Promise<Result> {
  const target = maintenanceTarget(server)
  return withSession(target, operation.signal, (session) => work(session, target.settings))
}

/**
 * Opens a connection, runs work on it, and closes it. A connection lives as long as one operation, so changed
 * credentials count at once and no lock outlives its work; it is never replaced by another one under way, which would
 * have lost the lock without a word (as a pool of connections does).
 */
export async function withSession<Result>(
  target: Target,
  signal: AbortSignal,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  assertRunning(signal)
  const connection = await patiently(target.settings, signal, () => openConnection(target, signal))
  try {
    return await work(makeSession(connection, target, signal))
  } finally {
    connection.close()
  }
}

const neverAborted = new AbortController().signal

function makeSession(connection: Connection, target: Target, signal: AbortSignal): Session {
  const timeoutMs = target.statementTimeoutMs ?? target.settings.statementTimeoutMs
  const runner =
    (signal?: AbortSignal) =>
    async (text: string, parameters?: Parameters, maxRows = Infinity): Promise<never[]> => {
      if (signal) assertRunning(signal)
      try {
        const given = { text, timeoutMs, maxRows, ...(signal ? { signal } : {}), ...(parameters ? { parameters } : {}) }
        return (await runRequest(connection, given)) as never[]
      } catch (error) {
        throw signal?.aborted ? stopped(signal) : toFailure(error, target.role)
      }
    }
  const make = (run: ReturnType<typeof runner>, finish: ReturnType<typeof runner>): Omit<Session, 'steady'> => ({
    query: (text, parameters = {}, maxRows) => run(text, parameters, maxRows),
    batch: (text) => run(text),
    finish: (text) => finish(text),
  })
  const elsewhere = (signal: AbortSignal): Pick<Session, 'elsewhere'> =>
    target.settings.ownConnections === true
      ? { elsewhere: (database, work) => withSession({ ...target, database }, signal, work) }
      : {}
  const finish = runner()
  const steady: Session = Object.assign(make(finish, finish), elsewhere(neverAborted), {
    steady: undefined as unknown as Session,
  })
  steady.steady = steady
  return { ...make(runner(signal), finish), ...elsewhere(signal), steady }
}
