import { Failure, isFailure } from '@edfi-tenants/core'
import { isRefusal, numbersOf, originOf, toFailure } from './errors.js'

/** Messages of these numbers quote the value that was wrong: conversions, duplicate keys, truncation. */
const quoting = [245, 241, 242, 2601, 2627, 2628, 8114, 8115, 8152]

const maxMessageLength = 300

/** A failure of a script that has nothing to do with the script: another transaction, the server, its space. */
const passing: readonly string[] = ['server_unreachable', 'server_full', 'step_timeout', 'job_cancelled']

/**
 * The failure of a script: `seed_failed` with the script's name, the line, the error's number, and the server's message
 * where that names objects only. What says nothing about the script stays what it is.
 */
export function scriptFailure(error: unknown, script: { name: string }): Failure {
  if (!isFailure(error)) throw error
  const known = toFailure(originOf(error) ?? error)
  if (!isRefusal(error) || passing.includes(known.code) || known.retryable) return error
  const { message, line } = firstError(originOf(error))
  const number = numbersOf(error)[0] ?? 0
  const said = quoting.includes(number) ? 'A value is not allowed there' : message.slice(0, maxMessageLength)
  const place = line === null ? '' : `, line ${line}`
  return new Failure('seed_failed', `${script.name}${place}: ${said} (error ${number})`, { cause: originOf(error) })
}

/** A line counts from the script's first, unless the error happened in a procedure, or trigger, that it called. */
function firstError(error: unknown): { message: string; line: number | null } {
  const all = (error as { errors?: unknown[] }).errors
  const first = (Array.isArray(all) ? all[0] : error) as { message?: string; lineNumber?: number; procName?: string }
  const line = first.procName ? null : (first.lineNumber ?? null)
  return { message: first.message ?? 'The server refused a statement', line }
}
