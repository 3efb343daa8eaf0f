import { setTimeout as sleep } from 'node:timers/promises'
import { any, name, parameter, rule, text, unname, unsupported, type Rule, type Run } from './rule.js'
import { runStatements } from './statements.js'

async function lock({ session, signal }: Run, resource: string, owner: string, waitMs: number): Promise<number> {
  const { locks } = session.server
  for (const deadline = Date.now() + waitMs; locks.has(resource) && locks.get(resource) !== session;) {
    if (Date.now() >= deadline) return -1
    await sleep(5, undefined, { signal })
  }
  locks.set(resource, session)
  if (owner === 'Transaction') session.transaction?.locks.push(resource)
  return 0
}

/** What steers a batch: transactions, errors, locks, the database it runs in. */
export const controlRules: Rule[] = [
  rule(`begin try\n(${any})\nend try\nbegin catch\n(${any})\nend catch`, async ([tried = '', caught = ''], run) => {
    if (/set (?:single|multi|restricted)_user|set offline/.test(tried)) unsupported(run)
    try {
      await runStatements(tried, run)
    } catch (error) {
      if (run.signal.aborted) throw error
      await runStatements(caught.replace(/throw;\s*$/, ''), run)
      throw error
    }
  }),
  rule('begin transaction', (_, { session }) => session.begin()),
  rule('commit transaction', (_, { session }) => session.commit()),
  rule('(?:if @@trancount > 0 )?rollback transaction', (_, { session }) => session.rollback()),
  rule('set xact_abort (?:on|off)', () => undefined),
  rule(`use ${name}`, ([database], { session }) => session.enter(session.server.get(unname(database)))),
  rule(`kill (\\d+)`, ([id], { session }) =>
    [...session.server.sessions]
      .filter((each) => each.id === Number(id))
      .forEach((each) => (each.close(), each.kill?.())),
  ),
  rule(
    String.raw`declare @result int;\s*exec @result = sys\.sp_getapplock${any}select @result as result`,
    async (_, run) => [{ result: await lock(run, parameter(run, 'resource'), 'Session', 0) }],
  ),
  rule(
    String.raw`exec sys\.sp_getapplock @Resource = (?:${text}|@mark)${any}@LockTimeout = (\d+)(?:, @DbPrincipal = N'public')?`,
    async ([key, ms], run) => {
      const resource = key === undefined ? parameter(run, 'mark') : `${run.session.database.id}/${key}`
      await lock(run, resource, 'Transaction', Number(ms))
    },
  ),
  rule(String.raw`select applock_mode\(${any}\) as mode`, (_, run) => [
    { mode: run.session.transaction?.locks.includes(parameter(run, 'mark')) ? 'Exclusive' : 'NoLock' },
  ]),
]
