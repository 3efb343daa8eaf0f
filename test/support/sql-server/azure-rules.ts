import { setTimeout as sleep } from 'node:timers/promises'
import { any, name, parameter, rule, text, unname, untext, type Rule, type Run } from './rule.js'
import { SqlError } from './start-tds-server.js'

const refuse = (number: number, message: string): Rule[1] => {
  return () => {
    throw new SqlError(number, message)
  }
}

/** What only `master` has. */
function inMaster({ session }: Run, what: string): void {
  if (session.database.name !== 'master') throw new SqlError(208, `Invalid object name '${what}'.`)
}

async function create([target, source, pool, objective]: string[], run: Run): Promise<void> {
  const { server, login, database } = run.session
  if (database.name !== 'master') throw new SqlError(262, 'CREATE DATABASE permission denied.')
  if (pool !== undefined && unname(pool) !== 'pool') throw new SqlError(40804, 'No such elastic pool.')
  if (objective !== undefined && !/^(?:S\d|GP_S_Gen5_\d)$/.test(objective))
    throw new SqlError(40804, 'No such objective.')
  if (source === undefined) {
    server.create(unname(target), login.sid).state = 'ONLINE'
    return
  }
  const from = server.find(unname(source))
  if (!from || !run.session.isOwnerOf(from)) throw new SqlError(40561, 'Database copy failed.')
  const made = server.copy(from, unname(target), login.sid)
  made.state = 'COPYING'
  server.copies.set(made, { startedAt: Date.now(), error: null })
  setTimeout(() => {
    const copy = server.copies.get(made)
    if (!copy || !server.databases.includes(made)) return
    if (server.failCopies) {
      made.state = 'SUSPECT'
      copy.error = [40564, 'Database copy failed due to an internal failure.']
    } else {
      made.state = 'ONLINE'
      server.copies.delete(made)
    }
  }, server.copyMs)
  if (server.copyBlocks) await sleep(server.copyMs + 5, undefined, { signal: run.signal })
}

const shown = ({ session }: Run) =>
  [...session.server.sessions].filter((each) => each !== session && each.database === session.database)

/** Where Azure SQL Database is another one than SQL Server; these come before the rules of that. */
export const azureRules: Rule[] = [
  rule(`use ${name}`, refuse(40508, 'USE statement is not supported to switch between databases.')),
  rule(`if user_id\\(${text}\\) <> user_id\\(\\) deny connect to ${name}`, ([, denied], { session }) => {
    const user = session.database.users.get(unname(denied))
    if (user && user.sid !== session.login.sid) user.connect = 'denied'
  }),
  rule('backup database', refuse(40510, `Statement 'BACKUP DATABASE' is not supported in this version of SQL Server.`)),
  rule('restore (?:database|filelistonly)', refuse(40510, `Statement 'RESTORE' is not supported.`)),
  rule('alter authorization on database', refuse(40510, `Statement 'ALTER AUTHORIZATION' is not supported.`)),
  rule(
    `alter database (?:current|${name}) set (?:single_user|restricted_user|multi_user|offline|online|new_broker)`,
    refuse(40517, 'Keyword or statement option is not supported in this version of SQL Server.'),
  ),
  rule(
    `create database ${name}(?: as copy of ${name})?(?: \\(service_objective = (?:elastic_pool\\(name = ${name}\\)|'(\\w+)')\\))?`,
    create,
  ),
  rule(
    String.raw`select d\.state_desc as state, c\.percent_complete as \[percent\]${any}where d\.name = @name`,
    (_, run) => {
      inMaster(run, 'sys.dm_database_copies')
      const { server, login } = run.session
      if (!login.isAdmin && server.hideCopies) throw new SqlError(300, 'VIEW DATABASE STATE permission was denied.')
      const found = server.find(parameter(run, 'name'))
      if (!found) return []
      const copy = server.copies.get(found)
      const percent = copy ? Math.min(99, Math.round((100 * (Date.now() - copy.startedAt)) / server.copyMs)) : null
      const [code, description] = copy?.error ?? [copy ? 0 : null, null]
      return [{ state: found.state, percent, code, description }]
    },
  ),
  rule('select state_desc as state from sys\\.databases where name = @name', (_, run) => {
    const found = run.session.server.find(parameter(run, 'name'))
    return found ? [{ state: found.state }] : []
  }),
  rule(
    String.raw`select session_id as id from sys\.dm_exec_sessions\s*where database_id = db_id\(\) and session_id <> @@spid and is_user_process = 1`,
    (_, run) => shown(run).map(({ id }) => ({ id })),
  ),
  rule(
    String.raw`select \(select sum\(convert\(bigint, size\)\) \* 8192 from sys\.database_files\) as bytes,${any}as connections`,
    (_, run) => [{ bytes: 32n * 1024n * 1024n, connections: shown(run).length }],
  ),
  rule(String.raw`select database_id as id, sum\(${any}from sys\.master_files`, refuse(208, 'Invalid object name.')),
  rule(
    String.raw`select convert\(nvarchar\(200\), sid, 1\) as sid from sys\.sql_logins where name = @name`,
    (_, run) => {
      inMaster(run, 'sys.sql_logins')
      const found = run.session.server.logins.get(parameter(run, 'name'))
      return found && !run.session.server.hideLogins ? [{ sid: found.sid }] : []
    },
  ),
  rule(`select is_rolemember\\(N'db_owner'\\) as allowed`, ({}, { session }) => [
    { allowed: Number(session.isOwnerOf(session.database)) },
  ]),
  rule(String.raw`select convert\(nvarchar\(400\), serverproperty\(N'EngineEdition'\)\) as value`, () => [
    { value: '5' },
  ]),
  rule(String.raw`select convert\(nvarchar\(400\), @@spid\) as value`, (_, { session }) => [
    { value: String(session.id) },
  ]),
  rule(
    String.raw`declare @sid varbinary\(85\) = (0x[0-9A-F]+|\(select sid from sys\.database_principals where name = ${text}\));\s*select u\.name as username${any}o\.name = ${text}${any}on u\.sid = @sid`,
    ([given = '', named, login], { session }) => {
      const { users, owner } = session.database
      const sid = named === undefined ? given : users.get(untext(named))?.sid
      if (sid === owner) return [{ username: 'dbo', orphaned: false, connect: true, usable: true }]
      const [username, user] = [...users].find(([, each]) => each.sid === sid) ?? [null, null]
      const other = users.get(untext(login))
      return [
        {
          username,
          orphaned: other !== undefined && other.sid !== sid,
          connect: user?.connect === 'granted',
          usable: user?.roles.size === 3,
        },
      ]
    },
  ),
  rule(
    String.raw`select p\.name from sys\.database_principals p\s*where ${any}isnull\((?:0x[0-9A-F]+|\(select sid from sys\.database_principals where name = ${text}\)), 0x00\)\)\s*order by p\.name`,
    ([login = ''], { session }) =>
      [...session.database.users]
        .filter(
          ([username, user]) =>
            user.connect === 'granted' && username !== untext(login) && user.sid !== session.login.sid,
        )
        .map(([username]) => ({ name: username })),
  ),
]
