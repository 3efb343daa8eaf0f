import { Failure } from '@edfi-tenants/core'
import { translate } from './errors.js'
import { notWritten } from './not-written.js'
import { readSettings } from './settings.js'

/**
 * A database as the engine shows it.
 * @typedef {object} RawDatabase
 * @property {string} name
 * @property {string} identity The engine's own identity of it; another one for every copy, the same after a rename.
 * @property {string | null} markerText What stands where you keep markers.
 * @property {boolean} isTemplate
 * @property {boolean} allowsConnections
 * @property {number | null} sizeBytes
 * @property {number | null} connections
 */

/**
 * What the operations are made of: an action of the engine each, all on one connection of the privileged login.
 * @typedef {object} Session
 * @property {() => Promise<string>} version
 * @property {() => Promise<RawDatabase[]>} databases All but the engine's own.
 * @property {(instanceId: string) => Promise<void>} lock Waits until no other connection has this instance; ends with the connection.
 * @property {(name: string, source: import('@edfi-tenants/provisioner').DatabaseSource) => Promise<void>} create
 *   Makes a database; `template_missing`, `template_busy` or `source_in_use` where that is so.
 * @property {(name: string) => Promise<void>} drop Ends the sessions and drops.
 * @property {(from: string, to: string) => Promise<void>} rename Fails with `database_name_taken`, by the engine's own refusal.
 * @property {(name: string, text: string | null) => Promise<void>} setMarker
 * @property {(name: string, login: string) => Promise<void>} grant Gives a login what ODS/API needs.
 * @property {(name: string, login: string) => Promise<void>} revoke Takes the way in from it.
 * @property {(name: string, allow: boolean) => Promise<void>} allowConnections
 * @property {(name: string) => Promise<number>} endSessions
 * @property {() => Promise<void>} close
 */

/**
 * Opens the connection. Fails with `server_unreachable` (retryable) or `server_login_failed`.
 * @param {import('@edfi-tenants/provisioner').Server} server
 * @param {AbortSignal} signal Ends the connection, and what runs on it.
 * @returns {Promise<Session>}
 */
async function openSession(server, signal) {
  const { host, port } = readSettings(server)
  const { username } = server.credentials
  throw notWritten(
    'openSession in src/connect.js',
    `connect to ${host}:${port} as ${username} with your driver, end the connection when the signal aborts` +
      `${signal.aborted ? ' (it has)' : ''}, and give an object with every action of Session.`,
  )
}

/**
 * Runs work on a connection, and translates what it throws.
 * @template Value
 * @param {import('@edfi-tenants/provisioner').Server} server
 * @param {import('@edfi-tenants/provisioner').Operation} operation
 * @param {(session: Session) => Promise<Value>} work
 * @returns {Promise<Value>}
 */
export async function onServer(server, { signal }, work) {
  try {
    if (signal.aborted) throw new Failure('job_cancelled', 'The operation was stopped.')
    const session = await openSession(server, signal)
    try {
      return await work(session)
    } finally {
      await session.close()
    }
  } catch (error) {
    if (signal.aborted) throw new Failure('job_cancelled', 'The operation was stopped.', { cause: error })
    throw translate(error)
  }
}
