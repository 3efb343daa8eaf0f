import { randomUUID } from 'node:crypto'
import { Failure } from '@edfi-tenants/core'
import type { Operation, RunScripts, ScriptsRun, Server } from '@edfi-tenants/provisioner'
import { onMaintenance, type Session } from './connect.js'
import { isRefusal } from './errors.js'
import { lockInstance } from './instance-lock.js'
import { findDatabase } from './marker.js'
import { assertOurs } from './own-database.js'
import { assertName } from './quote.js'
import { onRegistered } from './registered-session.js'
import { scriptFailure } from './script-failure.js'

type Script = RunScripts['scripts'][number]

/**
 * All scripts in one transaction of the login that ODS/API uses, each by `sp_executesql` with the parameter
 * `@parameters` (JSON); the lock keeps others off the instance meanwhile.
 */
export const runScripts = async (server: Server, request: RunScripts, operation: Operation): Promise<ScriptsRun> => {
  const { databaseName, login, owner } = request
  assertName(databaseName)
  for (const script of request.scripts) assertNoSeparators(script)
  return onMaintenance(server, operation, async (maintenance) => {
    await lockInstance(maintenance, owner, operation.signal)
    assertOurs(await findDatabase(maintenance, databaseName), { owner })
    await operation.fence()
    return onRegistered(server, { databaseName, login }, operation, async (session) => {
      try {
        await session.batch('set xact_abort on;\nbegin transaction')
        const verified = await runAll(session, request)
        await operation.fence()
        await session.finish('commit transaction')
        return { verified }
      } catch (error) {
        await session.finish('if @@trancount > 0 rollback transaction').catch(() => undefined)
        throw error
      }
    })
  })
}

/** `GO` is a word of the client programs; what one script does in several batches has to be several scripts. */
function assertNoSeparators({ name, sql }: Script): void {
  const line = sql.split('\n').findIndex((text) => /^\s*go(?:\s+\d+)?\s*;?\s*$/i.test(text))
  if (line >= 0)
    throw new Failure(
      'seed_failed',
      `${name}, line ${line + 1}: GO is not a statement of SQL Server; make several scripts of it.`,
    )
}

async function runAll(session: Session, { scripts, parameters, verify }: RunScripts): Promise<ScriptsRun['verified']> {
  const mark = `edfi-tenants:${randomUUID()}`
  const given = { parameters: JSON.stringify(parameters) }
  await session.query(
    `exec sys.sp_getapplock @Resource = @mark, @LockMode = N'Exclusive', @LockOwner = N'Transaction', @LockTimeout = 0`,
    { mark },
  )
  for (const script of scripts) {
    await run(session, script, given)
    await assertSameTransaction(session, script, mark)
  }
  return verify ? check(await run(session, verify, given), verify) : []
}

/** Without a line of ours before it, so that the lines of errors are the script's own. */
async function run(
  session: Session,
  script: Script,
  given: { parameters: string },
): Promise<Record<string, unknown>[]> {
  try {
    return await session.query(script.sql, given)
  } catch (error) {
    throw scriptFailure(error, script)
  }
}

/** A lock of the transaction is gone when a script has ended it, also when it began another one. */
async function assertSameTransaction(session: Session, { name }: Script, mark: string): Promise<void> {
  const [row] = await session
    .query<{ mode: string | null }>(`select applock_mode(N'public', @mark, N'Transaction') as mode`, { mark })
    .catch((error: unknown) => {
      if (isRefusal(error)) return [{ mode: null }]
      throw error
    })
  if (row?.mode !== 'Exclusive')
    throw new Failure(
      'seed_failed',
      `${name}: a script must not end its transaction; what it committed is still there.`,
    )
}

function check(rows: Record<string, unknown>[], verify: Script): ScriptsRun['verified'] {
  const verified = rows.map(({ name, ok, detail }) => ({
    name: textOf(name),
    ok: ok === true || ok === 1,
    detail: textOf(detail),
  }))
  const failed = verified.filter(({ ok }) => !ok)
  if (failed.length > 0)
    throw new Failure(
      'seed_failed',
      `${verify.name}: ${failed.map(({ name, detail }) => `${name} (${detail})`).join(', ')}`.slice(0, 1_000),
    )
  return verified
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? ''))
