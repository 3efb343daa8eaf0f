import { randomUUID } from 'node:crypto'
import { Failure } from '@edfi-tenants/core'
import type { Operation, RunScripts, ScriptsRun, Server } from '@edfi-tenants/provisioner'
import { onMaintenance, withSession, type Session } from './connect.js'
import { lockInstance } from './instance-lock.js'
import { findDatabase } from './marker.js'
import { assertOurs } from './own-database.js'
import { assertName } from './quote.js'
import { scriptFailure } from './script-failure.js'

type Script = RunScripts['scripts'][number]

/** All scripts in one transaction of the login that ODS/API uses; the lock keeps others off the instance meanwhile. */
export const runScripts = async (server: Server, request: RunScripts, operation: Operation): Promise<ScriptsRun> => {
  const { databaseName: database, login, owner } = request
  assertName(database)
  return onMaintenance(server, operation, async (maintenance, settings) => {
    await lockInstance(maintenance, owner, operation.signal)
    assertOurs(await findDatabase(maintenance, database), { owner })
    await operation.fence()
    return withSession({ settings, database, login, role: 'registered' }, operation.signal, (session) =>
      session.transaction(async () => {
        const verified = await runAll(session, request)
        await operation.fence()
        return { verified }
      }),
    )
  })
}

async function runAll(session: Session, { scripts, parameters, verify }: RunScripts): Promise<ScriptsRun['verified']> {
  const mark = randomUUID()
  await session.query(
    `select set_config('search_path', 'pg_catalog, public', true), set_config('tm.parameters', $1, true),
       set_config('tm.transaction', $2, true)`,
    [JSON.stringify(parameters), mark],
  )
  for (const script of scripts) {
    await run(session, script)
    await assertSameTransaction(session, script, mark)
  }
  const last = scripts.at(-1)
  // What is checked only at the end of a transaction is checked while it can still be said whose fault it is.
  if (last) await run(session, { name: last.name, sql: 'set constraints all immediate' })
  return verify ? check(session, verify) : []
}

async function run(session: Session, script: Script): Promise<void> {
  let completed = 0
  try {
    await session.script(script.sql, () => completed++)
  } catch (error) {
    throw scriptFailure(error, script, completed)
  }
}

/** A setting made for this transaction alone is gone when a script has ended it, also when it began another one. */
async function assertSameTransaction(session: Session, { name }: Script, mark: string): Promise<void> {
  const [row] = await session.query<{ mark: string | null }>(`select current_setting('tm.transaction', true) as mark`)
  if (row?.mark !== mark)
    throw new Failure(
      'seed_failed',
      `${name}: a script must not end its transaction; what it committed is still there.`,
    )
}

async function check(session: Session, verify: Script): Promise<ScriptsRun['verified']> {
  let verified: ScriptsRun['verified']
  try {
    verified = await session.query<ScriptsRun['verified'][number]>(verify.sql, [])
  } catch (error) {
    throw scriptFailure(error, verify, 0)
  }
  const failed = verified.filter(({ ok }) => !ok)
  if (failed.length > 0)
    throw new Failure(
      'seed_failed',
      `${verify.name}: ${failed.map(({ name, detail }) => `${name} (${detail})`).join(', ')}`.slice(0, 1_000),
    )
  return verified.map(({ name, ok, detail }) => ({ name, ok, detail }))
}
