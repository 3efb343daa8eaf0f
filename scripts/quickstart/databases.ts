import { randomBytes } from 'node:crypto'
import {
  controlDatabaseName,
  ensureControlDatabase,
  ensureServerLogins,
  loginNames,
  urlFor,
  type DatabaseLogin,
} from '../reference/logins.js'
import { startPostgres } from '../services/postgres.js'
import type { Parts } from './run-until-ended.js'

/** One PostgreSQL that is both: where the control database is, and a database server for instances. */
export interface Databases {
  controlDatabaseUrl: string
  /** With the privileged login of the database server. */
  serverUrl: string
  host: string
  port: number
  admin: DatabaseLogin
  registered: DatabaseLogin
}

const newLogin = (username: string): DatabaseLogin => ({ username, password: randomBytes(18).toString('hex') })

/** Starts PostgreSQL on a free port and makes logins and the control database, which is still empty. */
export async function startDatabases(parts: Parts): Promise<Databases> {
  const server = parts.add(await startPostgres({ settings: { max_connections: 400 } }))
  const control = newLogin(loginNames.control)
  const admin = newLogin(loginNames.admin)
  const registered = newLogin(loginNames.registered)
  await ensureServerLogins(server.url, { admin, registered })
  await ensureControlDatabase(server.url, control)
  return {
    controlDatabaseUrl: urlFor(server.url, { login: control, database: controlDatabaseName }),
    serverUrl: urlFor(server.url, { login: admin }),
    host: server.host,
    port: server.port,
    admin,
    registered,
  }
}
