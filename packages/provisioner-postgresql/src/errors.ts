import { Failure, isFailure, type ProblemCode } from '@edfi-tenants/core'
import pg from 'pg'

/** Whom a connection stands for: our privileged path, or the login that ODS/API will use. */
export type Role = 'admin' | 'registered'

interface Meaning {
  code: ProblemCode
  text: string
  retryable?: boolean
}

const unreachable = (text: string): Meaning => ({ code: 'server_unreachable', text, retryable: true })
const full = (text: string): Meaning => ({ code: 'server_full', text, retryable: true })

/** https://www.postgresql.org/docs/current/errcodes-appendix.html; a class stands for its members without an entry. */
const byState: Record<string, Meaning> = {
  '08': unreachable('The connection to the database server broke.'),
  '25006': unreachable('The database server accepts no changes; it may be a standby.'),
  '28': { code: 'server_login_failed', text: 'The database server refuses the login.' },
  '2BP01': { code: 'database_error', text: 'Other objects still depend on this one.' },
  '3D000': { code: 'database_missing', text: 'There is no such database.' },
  '40': { code: 'database_error', text: 'Another transaction was in the way.', retryable: true },
  '42501': { code: 'insufficient_privilege', text: 'The login lacks a privilege.' },
  '42704': { code: 'registered_login_failed', text: 'There is no such role.' },
  '42P04': { code: 'database_name_taken', text: 'A database of this name exists already.' },
  '53': full('The database server is out of a resource.'),
  '53100': full('The disk of the database server is full.'),
  '53300': full('The database server has no free connection.'),
  '55000': { code: 'database_error', text: 'The database does not accept connections.' },
  '55006': { code: 'database_error', text: 'The database is in use.', retryable: true },
  '55P03': { code: 'database_error', text: 'A lock could not be had in time.', retryable: true },
  '57014': { code: 'step_timeout', text: 'The statement was stopped: its time was up.', retryable: true },
  '57P': unreachable('The database server is shutting down or starting.'),
  '57P04': { code: 'database_missing', text: 'The database was dropped meanwhile.' },
  '58': { code: 'database_error', text: 'The database server met an error of its operating system.', retryable: true },
}

/** Certificate faults do not go away by themselves. https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const isCertificateFault = (code: string): boolean => /CERT|SIGNATURE|ALTNAME|CRL|^ERR_TLS|^ERR_SSL/.test(code)

/** What is wrong with a certificate, and which setting it has to do with. */
function certificateFault(code: string): string {
  if (/ALTNAME/.test(code)) return 'The server’s certificate is for another name than settings.host.'
  if (/EXPIRED/.test(code)) return 'The server’s certificate has expired.'
  if (/NOT_YET_VALID/.test(code)) return 'The server’s certificate is not valid yet.'
  return 'The server’s certificate is not from an authority that is trusted; settings.tls.ca names those.'
}

/** A server that takes encrypted connections only says so in its words alone. */
const isNotAdmitted = (error: unknown, state: string): boolean =>
  state === '28000' && error instanceof Error && /no pg_hba\.conf entry .*(?:no encryption|SSL off)/.test(error.message)

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}

/** The SQLSTATE of a driver's error, or of the one a failure was made from; empty where it is none of the server's. */
export const stateOf = (error: unknown): string => {
  const origin = isFailure(error) ? error.cause : error
  return origin instanceof pg.DatabaseError ? codeOf(origin) : ''
}

/**
 * The failure that a driver's error stands for. `role` is whose connection it happened on. The text holds our own
 * words and the server's code, never the server's message, a statement or a value; those stay in `cause`.
 */
export function toFailure(error: unknown, role: Role = 'admin'): Failure {
  if (isFailure(error)) return error
  const state = stateOf(error)
  const code = codeOf(error)
  if (state === '') {
    const named = code ? ` (${code})` : ''
    if (isCertificateFault(code))
      return new Failure('server_unreachable', `${certificateFault(code)}${named}`, { cause: error })
    // The driver gives this one no code.
    if (error instanceof Error && error.message === 'The server does not support SSL connections')
      return new Failure('server_unreachable', 'The server does not encrypt connections, as settings.tls wants it.', {
        cause: error,
      })
    return new Failure('server_unreachable', `No connection, or it broke${named}.`, { retryable: true, cause: error })
  }
  if (isNotAdmitted(error, state))
    return new Failure(
      role === 'registered' ? 'registered_login_failed' : 'server_login_failed',
      `The server does not admit this connection without encryption; settings.tls may mend that. (SQLSTATE ${state})`,
      { cause: error },
    )
  const meaning = byState[state] ??
    byState[state.slice(0, 3)] ??
    byState[state.slice(0, 2)] ?? { code: 'database_error' as const, text: 'The database server refused a statement.' }
  const refused = meaning.code === 'server_login_failed' || meaning.code === 'insufficient_privilege'
  return new Failure(
    role === 'registered' && refused ? 'registered_login_failed' : meaning.code,
    `${meaning.text} (SQLSTATE ${state})`,
    { retryable: meaning.retryable ?? false, cause: error },
  )
}

/** A failure with another code and text where one step knows better what an SQLSTATE means there. */
export const insteadOf = (
  error: unknown,
  states: readonly string[],
  code: ProblemCode,
  text: string,
  retryable = false,
): Failure => {
  const state = stateOf(error)
  return states.includes(state)
    ? new Failure(code, `${text} (SQLSTATE ${state})`, { retryable, cause: isFailure(error) ? error.cause : error })
    : toFailure(error)
}

/** What is thrown once a signal has aborted: its own reason where that is a failure. */
export const stopped = (signal: AbortSignal): Failure =>
  isFailure(signal.reason) ? signal.reason : new Failure('job_cancelled', 'Stopped before the end.')

/** Throws what {@link stopped} makes once a signal has aborted. */
export function assertRunning(signal: AbortSignal): void {
  if (signal.aborted) throw stopped(signal)
}
