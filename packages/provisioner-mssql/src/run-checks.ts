import { isFailure } from '@edfi-tenants/core'
import { checkedRows, checkResult, runEach, type DatabaseCounts, type SqlCheck } from '@edfi-tenants/provisioner'
import type { Session } from './connect.js'
import { isRefusal, isTimeout } from './errors.js'

/** Asks each question in a transaction that is undone; an answer with rows is a finding, and so is one that fails. */
export const runChecks = (session: Session, checks: readonly SqlCheck[]): Promise<DatabaseCounts['checks']> =>
  runEach(checks, async (sql) => {
    await session.batch('set xact_abort on; begin transaction')
    try {
      return checkResult(await session.query(sql, {}, checkedRows))
    } catch (error) {
      // A connection that broke says nothing about the data.
      if (!isFailure(error) || !(isRefusal(error) || isTimeout(error))) throw error
      return { ok: false, detail: `The check failed: ${error.message}` }
    } finally {
      await session.finish('if @@trancount > 0 rollback transaction; set xact_abort off').catch(() => undefined)
    }
  })
