import { connect as connectSocket, type LookupFunction, type Socket } from 'node:net'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { Failure } from '@edfi-tenants/core'
import { assertAddressAllowed, guardedLookup } from '@edfi-tenants/provisioner'
import { Connection, type ConnectionConfiguration } from 'tedious'
import { authenticationOf } from './authentication.js'
import type { Target } from './connect.js'
import { stopped, toFailure } from './errors.js'
import { keepHarmless } from './keep-harmless.js'

/** How long a cancelled statement may take to end before its connection is cut. */
const cancelGraceMs = 5_000

/** Signs in; gives a connection that no failure of the network can end the process with. */
export async function openConnection(target: Target, signal: AbortSignal): Promise<Connection> {
  const refusals: number[] = []
  let connection: Connection | undefined
  const abort = () => connection?.close()
  signal.addEventListener('abort', abort, { once: true })
  try {
    assertAddressAllowed(target.settings.host)
    connection = new Connection(await configuration(target))
    // The driver gives a refused sign-in without its number; it tells it to those who listen.
    connection.on('errorMessage', ({ number }) => void refusals.push(number))
    // Without a listener a connection that breaks while idle would end the process; the next statement reports it.
    connection.on('error', () => undefined)
    keepHarmless(connection)
    if (target.settings.encrypt) insistOnEncryption(connection)
    await signIn(connection)
    return connection
  } catch (error) {
    connection?.close()
    if (signal.aborted) throw stopped(signal)
    throw toFailure(withNumbers(error, refusals), target.role)
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

const signIn = (connection: Connection): Promise<void> =>
  new Promise((resolve, reject) => {
    connection.once('end', () => reject(Object.assign(new Error('The connection was closed.'), { code: 'ECONNRESET' })))
    connection.connect((error) => {
      if (error) reject(error)
      else resolve()
    })
  })

/**
 * The driver goes on in the clear, password included, when a server (or somebody in between) says that it does not
 * encrypt. Here that is the end of the connection.
 */
function insistOnEncryption(connection: Connection): void {
  const negotiate = connection.performTlsNegotiation.bind(connection)
  connection.performTlsNegotiation = (answer, signal) =>
    ['ON', 'REQ'].includes(answer.encryptionString)
      ? negotiate(answer, signal)
      : Promise.reject(
          new Failure('server_unreachable', 'The server does not encrypt connections; allow that by encrypt: false.'),
        )
}

/** 4060 (no such database, or no access to it) is followed by 18456, which says less. */
function withNumbers(error: unknown, numbers: readonly number[]): unknown {
  if (numbers.length === 0 || !(error instanceof Error)) return error
  return Object.assign(new Error(error.message), {
    code: 'ELOGIN',
    errors: numbers.map((number) => ({ number })),
  })
}

async function configuration(target: Target): Promise<ConnectionConfiguration> {
  const { settings, database } = target
  const { host, port, instanceName, encrypt, trustServerCertificate, ca, connectTimeoutMs } = settings
  // The driver asks SQL Server Browser for the port by means of its own, so it is given the address that was checked.
  const server = instanceName === undefined ? host : await addressOf(host)
  return {
    server,
    authentication: authenticationOf(target),
    options: {
      ...(instanceName === undefined ? { port } : { instanceName }),
      ...(server === host ? {} : { serverName: host }),
      database,
      encrypt,
      trustServerCertificate,
      ...(ca === undefined ? {} : { cryptoCredentialsDetails: { ca } }),
      connectTimeout: connectTimeoutMs,
      // Statements are timed by ourselves: the driver stops its clock at the first byte of an answer.
      requestTimeout: 0,
      cancelTimeout: cancelGraceMs,
      // Whether to try again is for the job to say.
      maxRetriesOnTransientErrors: 0,
      appName: 'edfi-tenants',
      connector: guardedConnector,
    },
  }
}

const lookupGuarded = promisify(guardedLookup as (host: string, options: object, callback: LookupCallback) => void)

type LookupCallback = (error: Error | null, address: string) => void

const addressOf = async (host: string): Promise<string> => (await lookupGuarded(host, { all: false })) || host

/** The driver resolves names by itself; this way only to addresses that may be connected to. */
async function guardedConnector(...given: unknown[]): Promise<Socket> {
  const [{ host, port }, , signal] = given as [{ host: string; port: number }, LookupFunction, AbortSignal]
  assertAddressAllowed(host)
  signal.throwIfAborted()
  const socket = connectSocket({ host, port, lookup: guardedLookup })
  try {
    await once(socket, 'connect', { signal })
    return socket
  } catch (error) {
    socket.on('error', () => undefined)
    socket.destroy()
    throw error
  }
}
