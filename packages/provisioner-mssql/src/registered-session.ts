import { Failure, isFailure } from '@edfi-tenants/core'
import type { Login, Operation, Server } from '@edfi-tenants/provisioner'
import { nameCondition, pickNamed, readCatalogue } from './catalogue.js'
import { onMaintenance, withSession, type Session } from './connect.js'
import { readSettings } from './settings.js'

/**
 * Runs work inside a database with the login that ODS/API uses. A server that refuses to open a database says the same
 * whether there is none or the login may not use it (4060), so the privileged login then looks which of the two it is.
 */
export async function onRegistered<Result>(
  server: Server,
  request: { databaseName: string; login: Login; statementTimeoutMs?: number },
  operation: Operation,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const { databaseName: database, login, ...limits } = request
  const target = { settings: readSettings(server), database, login, role: 'registered' as const, ...limits }
  const reached = { inside: false }
  try {
    return await withSession(target, operation.signal, (session) => {
      reached.inside = true
      return work(session)
    })
  } catch (error) {
    if (reached.inside || !isFailure(error) || !refusals.includes(error.code)) throw error
    throw await explain(server, database, operation, error)
  }
}

const refusals: readonly string[] = [
  'registered_login_failed',
  'server_login_failed',
  'database_missing',
  'database_error',
]

async function explain(server: Server, database: string, operation: Operation, error: Failure): Promise<Failure> {
  const row = await onMaintenance(server, operation, async (session) =>
    pickNamed(await readCatalogue(session, nameCondition(), { name: database }), database),
  )
  const { cause } = error
  if (!row) return new Failure('database_missing', 'There is no database of this name on the server.', { cause })
  if (row.state !== 'online')
    return new Failure('registered_login_failed', 'The database accepts no connections.', { cause })
  return new Failure('registered_login_failed', 'The registered login cannot sign in to the database.', { cause })
}
