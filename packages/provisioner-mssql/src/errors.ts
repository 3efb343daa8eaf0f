import { Failure, isFailure, type ProblemCode } from '@edfi-tenants/core'
import { entraFailure } from './entra-failure.js'

/** Whom a connection stands for: our privileged path, or the login that ODS/API will use. */
export type Role = 'admin' | 'registered'

interface Meaning {
  code: ProblemCode
  text: string
  retryable?: boolean
  /** How long the server asks to be left alone. */
  retryAfterMs?: number
}

const unreachable = (text: string): Meaning => ({ code: 'server_unreachable', text, retryable: true })
const busy = (text: string): Meaning => ({ code: 'database_error', text, retryable: true })
const full: Meaning = { code: 'server_full', text: 'The database server is out of space or memory.', retryable: true }
const login: Meaning = { code: 'server_login_failed', text: 'The database server refuses the login.' }
const privilege: Meaning = { code: 'insufficient_privilege', text: 'The login lacks a privilege.' }
const closed: Meaning = { code: 'server_unreachable', text: 'The server’s firewall lets this worker not in.' }
/** https://learn.microsoft.com/azure/azure-sql/database/troubleshoot-common-errors-issues: five seconds, 40501 says ten. */
const throttled = (retryAfterMs: number): Meaning => ({
  ...unreachable('The database server cannot be reached for the moment.'),
  retryAfterMs,
})
const missing: Meaning = { code: 'database_missing', text: 'There is no such database.' }
const unreadable: Meaning = { code: 'template_missing', text: 'The backup is not there or cannot be read.' }

const table = (meaning: Meaning, ...numbers: number[]): [number, Meaning][] =>
  numbers.map((number) => [number, meaning])

/** Whoever signed in may not do that. 5011, 3701, 15151: or there is no such thing. */
export const privilegeNumbers = [229, 230, 262, 297, 300, 916, 3110, 15247, 15151, 5011, 3701, 15562]

/** A database of the name is there: by CREATE, by rename, by restore (3154, 3159, 3101). */
export const existsNumbers = [1801, 1802, 3154, 3159, 15032]

/** Somebody is on the database, or its state is being changed. */
export const inUseNumbers = [3702, 3101, 5030, 5061, 5064, 5069, 5070, 924]

/** The backup is not there (3201 with its operating system's error), no backup, or of a newer server. */
export const backupNumbers = [3201, 3203, 3241, 3242, 3243, 3169, 3205, 3271]

/** https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors */
const byNumber = new Map<number, Meaning>([
  ...table(login, 18456, 18452, 18470, 18486, 18487, 18488, 4064, 40531, 40532),
  ...table(closed, 40615, 40914, 47073),
  ...table(missing, 911, 4060, 2702),
  ...table(privilege, ...privilegeNumbers),
  ...table({ code: 'database_name_taken', text: 'A database of this name exists already.' }, ...existsNumbers),
  ...table(busy('The database is in use.'), ...inUseNumbers),
  ...table(busy('The database is offline.'), 942, 927, 952, 955),
  ...table(busy('Another transaction was in the way.'), 1205, 1222, 3960, 3935),
  ...table(full, 40544, 1132, 1101, 1105, 9002, 3257, 5149, 701, 802, 8645, 8651, 1121),
  ...table(unreadable, ...backupNumbers),
  ...table({ code: 'settings_invalid', text: 'There is no such service objective or elastic pool.' }, 40804, 40857),
  ...table(busy('Another operation on the database is in progress.'), 40627),
  // Azure's transient faults, a server that shuts down, and connections that were cut underneath.
  ...table(throttled(5_000), 40613, 40197, 49918, 49919, 49920, 10928, 10929, 40143, 40166, 40540, 4221),
  ...table(throttled(10_000), 40501),
  ...table(
    unreachable('The database server cannot be reached for the moment.'),
    ...[6005, 17142, 17187, 18401, 233, 64, 121, 10053, 10054, 10060, 596, 15600],
  ),
])

/** Certificate faults do not go away by themselves. https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const isCertificateFault = (code: string): boolean => /CERT|SIGNATURE|ALTNAME|CRL|^ERR_TLS|^ERR_SSL/.test(code)

interface DriverError {
  code?: unknown
  number?: unknown
  errors?: unknown
  cause?: unknown
}

const fieldsOf = (error: unknown): DriverError => (typeof error === 'object' && error !== null ? error : {})

/** The error that a failure was made from; any other is its own. */
export const originOf = (error: unknown): unknown => (isFailure(error) ? error.cause : error)

/** The codes of an error and of those it was made from, outermost first. */
function codesOf(error: unknown): string[] {
  const { code, cause } = fieldsOf(error)
  return [...(typeof code === 'string' ? [code] : []), ...(cause === undefined ? [] : codesOf(cause))]
}

/** A failure that one of our own parts (the guard of addresses) put underneath the driver's error. */
function failureWithin(error: unknown): Failure | null {
  if (isFailure(error)) return error
  const { cause } = fieldsOf(error)
  return cause === undefined ? null : failureWithin(cause)
}

/**
 * All error numbers of the server, in the order they came, of a driver's error or of the one a failure was made from.
 * One statement can bring several: `RESTORE` says what was wrong, then 3013 that it ends.
 */
export function numbersOf(error: unknown): number[] {
  const { number, errors } = fieldsOf(originOf(error))
  if (Array.isArray(errors)) return errors.flatMap(numbersOf)
  return typeof number === 'number' ? [number] : []
}

/** Whether the server answered with one of these numbers. */
export const hasNumber = (error: unknown, numbers: readonly number[]): boolean =>
  numbersOf(error).some((number) => numbers.includes(number))

/** Whether the server itself refused a statement, in whatever words; the connection goes on then. */
export function isRefusal(error: unknown): boolean {
  const numbers = numbersOf(error)
  return numbers.length > 0 && toFailure(error).code !== 'server_unreachable'
}

/** Whether a statement ended because its time was up. */
export const isTimeout = (error: unknown): boolean => isFailure(error) && error.code === 'step_timeout'

/**
 * The failure that a driver's error stands for. `role` is whose connection it happened on. The text holds our own
 * words and the server's number, never the server's message, a statement or a value; those stay in `cause`.
 */
export function toFailure(error: unknown, role: Role = 'admin'): Failure {
  const within = failureWithin(error)
  if (within) return within
  const numbers = numbersOf(error)
  if (numbers.length === 0) return entraFailure(error) ?? withoutNumber(error, role)
  const known = numbers.find((number) => byNumber.has(number))
  if (known === undefined && codesOf(error)[0] === 'ELOGIN') return withoutNumber(error, role)
  const meaning: Meaning = byNumber.get(known ?? 0) ?? {
    code: 'database_error',
    text: 'The database server refused a statement.',
  }
  const refused = meaning.code === 'server_login_failed' || meaning.code === 'insufficient_privilege'
  return new Failure(
    role === 'registered' && refused ? 'registered_login_failed' : meaning.code,
    `${meaning.text} (error ${known ?? numbers.join(', ')})`,
    {
      retryable: meaning.retryable ?? false,
      ...(meaning.retryAfterMs === undefined ? {} : { retryAfterMs: meaning.retryAfterMs }),
      cause: error,
    },
  )
}

function withoutNumber(error: unknown, role: Role): Failure {
  const codes = codesOf(error)
  const code = codes.at(-1) ?? ''
  const named = code ? ` (${code})` : ''
  if (codes[0] === 'ELOGIN')
    return new Failure(role === 'registered' ? 'registered_login_failed' : 'server_login_failed', login.text, {
      cause: error,
    })
  if (codes[0] === 'ETIMEOUT' && error instanceof Error && error.message.startsWith('Timeout: Request'))
    return new Failure('step_timeout', 'The statement was stopped: its time was up.', { retryable: true, cause: error })
  if (codes.some(isCertificateFault))
    return new Failure('server_unreachable', `The server's certificate is not accepted${named}.`, { cause: error })
  return new Failure('server_unreachable', `No connection, or it broke${named}.`, { retryable: true, cause: error })
}

/** A failure with another code and text where one step knows better what a number means there. */
export const insteadOf = (
  error: unknown,
  numbers: readonly number[],
  code: ProblemCode,
  text: string,
  retryable = false,
): Failure =>
  hasNumber(error, numbers)
    ? new Failure(code, `${text} (error ${numbersOf(error).find((number) => numbers.includes(number)) ?? ''})`, {
        retryable,
        cause: originOf(error),
      })
    : toFailure(error)

/** What is thrown once a signal has aborted: its own reason where that is a failure. */
export const stopped = (signal: AbortSignal): Failure =>
  isFailure(signal.reason) ? signal.reason : new Failure('job_cancelled', 'Stopped before the end.')

/** Throws what {@link stopped} makes once a signal has aborted. */
export function assertRunning(signal: AbortSignal): void {
  if (signal.aborted) throw stopped(signal)
}
