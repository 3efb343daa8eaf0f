import { isFailure } from '@edfi-tenants/core'
import type { DatabaseCounts, SqlCheck } from '@edfi-tenants/provisioner'
import type { Session } from './connect.js'
import { isRefusal, isTimeout } from './errors.js'

/** How many findings are quoted, and how much of them. */
const quotedRows = 3
const maxDetailLength = 500

/** Asks each question in a transaction that is undone; an answer with rows is a finding, and so is one that fails. */
export async function runChecks(session: Session, checks: readonly SqlCheck[]): Promise<DatabaseCounts['checks']> {
  const results: DatabaseCounts['checks'] = []
  for (const { name, sql } of checks) results.push({ name, ...(await runCheck(session, sql)) })
  return results
}

async function runCheck(session: Session, sql: string): Promise<{ ok: boolean; detail: string }> {
  await session.batch('set xact_abort on; begin transaction')
  try {
    const rows = await session.query(sql, {}, quotedRows + 1)
    if (rows.length === 0) return { ok: true, detail: 'No findings.' }
    const more = rows.length > quotedRows ? ' …' : ''
    const quoted = rows.slice(0, quotedRows).map((row) => JSON.stringify(row))
    return { ok: false, detail: quoted.join(' ').slice(0, maxDetailLength) + more }
  } catch (error) {
    // A connection that broke says nothing about the data.
    if (!isFailure(error) || !(isRefusal(error) || isTimeout(error))) throw error
    return { ok: false, detail: `The check failed: ${error.message}` }
  } finally {
    await session.finish('if @@trancount > 0 rollback transaction; set xact_abort off').catch(() => undefined)
  }
}
