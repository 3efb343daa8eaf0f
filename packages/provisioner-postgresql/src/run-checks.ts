import type { DatabaseCounts, SqlCheck } from '@edfi-tenants/provisioner'
import type { Session } from './connect.js'
import { stateOf } from './errors.js'
import { isFailure } from '@edfi-tenants/core'

/** How many findings are quoted, and how much of them. */
const quotedRows = 3
const maxDetailLength = 500

/** Asks each question in a transaction of its own; an answer with rows is a finding, and so is one that fails. */
export async function runChecks(session: Session, checks: readonly SqlCheck[]): Promise<DatabaseCounts['checks']> {
  const results: DatabaseCounts['checks'] = []
  for (const { name, sql } of checks) results.push({ name, ...(await runCheck(session, sql)) })
  return results
}

async function runCheck(session: Session, sql: string): Promise<{ ok: boolean; detail: string }> {
  try {
    const rows = await firstRows(session, sql)
    if (rows.length === 0) return { ok: true, detail: 'No findings.' }
    const more = rows.length > quotedRows ? ' …' : ''
    const quoted = rows.slice(0, quotedRows).map((row) => JSON.stringify(row))
    return { ok: false, detail: quoted.join(' ').slice(0, maxDetailLength) + more }
  } catch (error) {
    const state = stateOf(error)
    // A connection that broke says nothing about the data.
    if (!isFailure(error) || state === '' || /^(08|57P)/.test(state)) throw error
    return { ok: false, detail: `The check failed: ${error.message}` }
  }
}

/** By a cursor, so that the server stops after the few rows that are looked at, and takes one reading statement only. */
const firstRows = (session: Session, sql: string): Promise<unknown[]> =>
  session.transaction(async () => {
    await session.query('set transaction read only')
    await session.query(`declare finding no scroll cursor for ${sql}`, [])
    return session.query(`fetch ${quotedRows + 1} from finding`)
  })
