import type { EventEmitter } from 'node:events'
import { Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { assertAddressAllowed, guardedLookup, type Login, type Operation, type Server } from '@edfi-tenants/provisioner'
import pg from 'pg'
import { assertRunning, stopped, toFailure, type Role } from './errors.js'
import { readSettings, type Settings, type TlsSettings } from './settings.js'

/** One connection. Its queries throw only failures. */
export interface Session {
  /**
   * Runs a statement and gives its rows. When the signal aborts, the statement is cancelled on the server. With values,
   * also with an empty list of them, the server takes one statement only.
   */
  query<Row = Record<string, unknown>>(text: string, values?: unknown[]): Promise<Row[]>
  /** The same for what must run to its end even when the signal has aborted: short work, and cleaning up. */
  finish<Row = Record<string, unknown>>(text: string, values?: unknown[]): Promise<Row[]>
  /** Sends a text of any number of statements as it is; `completed` is called after each of them. */
  script(text: string, completed: () => void): Promise<void>
  /** Runs work in a transaction; anything it throws undoes all of it. */
  transaction<Result>(work: () => Promise<Result>): Promise<Result>
}

/** What to connect to, and as whom. */
export interface Target {
  settings: Settings
  database: string
  login: Login
  role: Role
  /** Nothing can be written, and statements end after `statementTimeoutMs`; for work inside an instance's database. */
  readOnly?: boolean
  statementTimeoutMs?: number
}

/** How long a cancelled statement may take to end before its connection is cut. */
const cancelGraceMs = 5_000

/**
 * Runs work on the server's maintenance database with the privileged login. Locks are given back before this returns,
 * so that the goodbye, which takes as long as several statements, need not be waited for.
 */
export async function onMaintenance<Result>(
  server: Server,
  operation: Operation,
  work: (session: Session, settings: Settings) => Promise<Result>,
): Promise<Result> {
  const settings = readSettings(server)
  const target = adminTarget(server, settings, settings.maintenanceDatabase)
  const client = await open(target, operation.signal)
  try {
    const session = makeSession(client, target, operation.signal)
    const result = await work(session, settings)
    await session.finish('select pg_advisory_unlock_all()')
    return result
  } finally {
    void close(client)
  }
}

/** The privileged path to the server, for a second session besides {@link onMaintenance}'s. */
export const maintenanceTarget = (server: Server): Target => {
  const settings = readSettings(server)
  return adminTarget(server, settings, settings.maintenanceDatabase)
}

/** The privileged path to one database. */
export const adminTarget = (server: Server, settings: Settings, database: string): Target => ({
  settings,
  database,
  login: server.credentials,
  role: 'admin',
})

/**
 * Opens a connection, runs work on it, and closes it; when this returns the server has let go of the database, which
 * could not be renamed before. A connection lives as long as one operation, so changed credentials count at once and
 * no lock outlives its work.
 */
export const withSession = <Result>(
  target: Target,
  signal: AbortSignal,
  work: (session: Session) => Promise<Result>,
): Promise<Result> => onConnection(target, signal, work, close)

/** The same without waiting for the goodbye: for work after which nothing depends on the connection being gone. */
export const withFleetingSession = <Result>(
  target: Target,
  signal: AbortSignal,
  work: (session: Session) => Promise<Result>,
): Promise<Result> => onConnection(target, signal, work, (client) => void close(client))

async function onConnection<Result>(
  target: Target,
  signal: AbortSignal,
  work: (session: Session) => Promise<Result>,
  end: (client: pg.Client) => Promise<void> | void,
): Promise<Result> {
  const client = await open(target, signal)
  try {
    return await work(makeSession(client, target, signal))
  } finally {
    await end(client)
  }
}

async function open(target: Target, signal: AbortSignal): Promise<pg.Client> {
  assertRunning(signal)
  assertAddressAllowed(target.settings.host)
  const client = new pg.Client(clientConfig(target))
  // Without a listener a connection that breaks while idle would end the process; the next query reports it.
  client.on('error', () => undefined)
  const cut = () => sever(client)
  signal.addEventListener('abort', cut, { once: true })
  try {
    await client.connect()
    return client
  } catch (error) {
    sever(client)
    throw signal.aborted ? stopped(signal) : toFailure(error, target.role)
  } finally {
    signal.removeEventListener('abort', cut)
  }
}

/** The driver resolves names by itself; this way only to addresses that may be connected to. */
function guardedSocket(): Socket {
  const socket = new Socket()
  const connect = socket.connect.bind(socket)
  return Object.assign(socket, {
    connect: (port: number, host: string) => connect({ port, host, lookup: guardedLookup }),
  })
}

const clientConfig = (target: Target): pg.ClientConfig => ({
  host: target.settings.host,
  port: target.settings.port,
  stream: guardedSocket,
  user: target.login.username,
  // As a function an empty password stays empty instead of being looked up in our surroundings.
  password: () => target.login.password,
  database: target.database,
  ssl: tlsOptions(target.settings.tls, target.settings.host),
  connectionTimeoutMillis: target.settings.connectTimeoutMs,
  statement_timeout: target.statementTimeoutMs ?? target.settings.statementTimeoutMs,
  lock_timeout: 60_000,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
  application_name: 'edfi-tenants',
  options: serverOptions(target.readOnly ?? false),
})

/** Keep-alive on the server's side frees the locks of a worker whose machine has gone. */
const serverOptions = (readOnly: boolean): string =>
  [
    'search_path=pg_catalog',
    'tcp_keepalives_idle=30',
    'tcp_keepalives_interval=10',
    'tcp_keepalives_count=3',
    ...(readOnly ? ['default_transaction_read_only=on'] : []),
  ]
    .map((option) => `-c ${option}`)
    .join(' ')

function tlsOptions(tls: TlsSettings, host: string): false | ConnectionOptions {
  if (tls.mode === 'disable') return false
  const trusted = tls.ca === undefined ? {} : { ca: tls.ca }
  if (tls.mode === 'require') return { rejectUnauthorized: false }
  if (tls.mode === 'verify-ca') return { ...trusted, rejectUnauthorized: true, checkServerIdentity: () => undefined }
  return { ...trusted, rejectUnauthorized: true, host }
}

/** The extended protocol, in which the server takes one statement. The driver's types do not know the setting. */
const oneStatement = (text: string, values: unknown[]): pg.QueryConfig =>
  ({ text, values, queryMode: 'extended' }) as pg.QueryConfig

function makeSession(client: pg.Client, target: Target, signal: AbortSignal): Session {
  const finish = async <Row>(text: string, values?: unknown[]): Promise<Row[]> => {
    try {
      return ((await (values ? client.query(oneStatement(text, values)) : client.query(text))) as pg.QueryResult)
        .rows as Row[]
    } catch (error) {
      throw toFailure(error, target.role)
    }
  }
  const cancellable = async <Result>(run: () => Promise<Result>): Promise<Result> => {
    assertRunning(signal)
    let cancelling: Promise<void> | undefined
    let cutter: NodeJS.Timeout | undefined
    const onAbort = () => {
      cutter = setTimeout(() => sever(client), cancelGraceMs)
      cancelling = cancel(client, target)
    }
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      return await run()
    } catch (error) {
      throw signal.aborted ? stopped(signal) : error
    } finally {
      signal.removeEventListener('abort', onAbort)
      clearTimeout(cutter)
      // A cancel still under way could otherwise hit the statement that cleans up.
      await cancelling
    }
  }
  const query = <Row>(text: string, values?: unknown[]): Promise<Row[]> => cancellable(() => finish<Row>(text, values))
  const script = (text: string, completed: () => void): Promise<void> =>
    cancellable(async () => {
      const { connection } = client as unknown as { connection: EventEmitter }
      connection.on('commandComplete', completed)
      try {
        await finish(text)
      } finally {
        connection.off('commandComplete', completed)
      }
    })
  const transaction = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    await query('begin')
    try {
      const result = await work()
      await finish('commit')
      return result
    } catch (error) {
      await finish('rollback').catch(() => undefined)
      throw error
    }
  }
  return { query, finish, script, transaction }
}

/** Stops what a client runs by way of a second connection; where that is not to be had, by cutting its own. */
async function cancel(client: pg.Client, target: Target): Promise<void> {
  const { processID } = client as unknown as { processID: number }
  try {
    await withSession(target, AbortSignal.timeout(cancelGraceMs), (session) =>
      session.finish('select pg_cancel_backend($1)', [processID]),
    )
  } catch {
    sever(client)
  }
}

/** Ends a connection at once, from our side. */
function sever(client: pg.Client): void {
  const { connection } = client as unknown as { connection: { stream: { destroy(): void } } }
  connection.stream.destroy()
}

async function close(client: pg.Client): Promise<void> {
  const timer = setTimeout(() => sever(client), cancelGraceMs)
  await client.end().catch(() => undefined)
  clearTimeout(timer)
}
