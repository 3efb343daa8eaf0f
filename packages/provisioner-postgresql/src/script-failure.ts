import { Failure, isFailure } from '@edfi-tenants/core'
import type pg from 'pg'
import { stateOf } from './errors.js'
import { statementPlaces } from './statement-lines.js'

/** Says nothing about the script: the connection, the server, or another transaction. */
const passing = /^(08|53|57|58|40|55P03)/

/** Messages of this class (data exceptions) quote the value that was wrong. */
const quoting = /^22/

const maxMessageLength = 300

/**
 * The failure of a script: `seed_failed` with the script's name, the line, the SQLSTATE, and the server's primary message
 * where that names objects only. What says nothing about the script stays what it is.
 */
export function scriptFailure(error: unknown, script: { name: string; sql: string }, completed: number): Failure {
  const state = stateOf(error)
  if (!isFailure(error)) throw error
  if (state === '' || passing.test(state)) return error
  const cause = error.cause as pg.DatabaseError
  const line = lineOf(cause, script.sql, completed)
  const message = quoting.test(state)
    ? error.message
    : `${cause.message.slice(0, maxMessageLength)} (SQLSTATE ${state})`
  return new Failure('seed_failed', `${script.name}${line === null ? '' : `, line ${line}`}: ${message}`, { cause })
}

/** The position that the server names; else where the statement begins that failed, or the line inside its body. */
function lineOf({ position, where }: pg.DatabaseError, sql: string, completed: number): number | null {
  if (position !== undefined) return lineAt(sql, Number(position))
  const place = statementPlaces(sql)[completed]
  if (!place) return null
  const inner = /inline_code_block line (\d+)/.exec(where ?? '')?.[1]
  return inner !== undefined && place.body !== null ? place.body + Number(inner) - 1 : place.line
}

/** The server counts characters, and the first of them as 1. */
function lineAt(sql: string, position: number): number {
  let line = 1
  let at = 0
  for (const character of sql) {
    if (++at >= position) break
    if (character === '\n') line++
  }
  return line
}
