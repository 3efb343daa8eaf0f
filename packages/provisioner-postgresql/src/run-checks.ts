import { isFailure } from '@edfi-tenants/core'
import { checkedRows, checkResult, runEach, type DatabaseCounts, type SqlCheck } from '@edfi-tenants/provisioner'
import type { Session } from './connect.js'
import { stateOf } from './errors.js'

/** Asks each question in a transaction of its own; an answer with rows is a finding, and so is one that fails. */
export const runChecks = (session: Session, checks: readonly SqlCheck[]): Promise<DatabaseCounts['checks']> =>
  runEach(checks, async (sql) => {
    try {
      return checkResult(await firstRows(session, sql))
    } catch (error) {
      const state = stateOf(error)
      // A connection that broke says nothing about the data.
      if (!isFailure(error) || state === '' || /^(08|57P)/.test(state)) throw error
      return { ok: false, detail: `The check failed: ${error.message}` }
    }
  })

/** By a cursor, so that the server stops after the few rows that are looked at, and takes one reading statement only. */
const firstRows = (session: Session, sql: string): Promise<unknown[]> =>
  session.transaction(async () => {
    await session.query('set transaction read only')
    await session.query(`declare finding no scroll cursor for ${sql}`, [])
    return session.query(`fetch ${checkedRows} from finding`)
  })
