import type { FakeSession } from './fake-sql-server.js'
import { any, name, parameter, rule, text, unname, untext, type Rule, type Run } from './rule.js'
import { SqlError } from './start-tds-server.js'

function serverValue(expression: string, run: Run): string | null {
  const { login } = run.session
  if (expression.includes('InstanceDefault'))
    return /Backup/.test(expression) ? '/var/opt/mssql/backup' : '/var/opt/mssql/data/'
  if (expression.includes('ProductVersion')) return '16.0.1000.6'
  if (expression.includes('Edition')) return 'Developer Edition (64-bit)'
  if (expression === 'suser_sname()') return login.name
  return expression.includes('sysadmin') ? String(Number(login.isAdmin)) : '1'
}

const sessionsOn = (run: Run, filter: (each: FakeSession) => boolean): FakeSession[] =>
  [...run.session.server.sessions].filter((each) => each !== run.session && filter(each))

const loginOf = ({ session }: Run, username: string) => {
  const login = session.server.logins.get(username)
  if (!login) throw new SqlError(15151, 'Cannot find the login.')
  return login
}

/** The server itself, its sessions and logins. */
export const serverRules: Rule[] = [
  rule(
    String.raw`select convert\(nvarchar\(400\), (serverproperty\([^)]*\))\) as data,\s*convert\(nvarchar\(400\), serverproperty\([^)]*\)\) as log`,
    ([property = ''], run) => [{ data: serverValue(property, run), log: serverValue(property, run) }],
  ),
  rule(String.raw`select convert\(nvarchar\(400\), (.+)\) as (value|folder)`, ([expression = '', as = ''], run) => [
    { [as]: serverValue(expression, run) },
  ]),
  rule(String.raw`select convert\(int, @@spid\) as id`, (_, { session }) => [{ id: session.id }]),
  rule(
    String.raw`select percent_complete as \[percent\] from sys\.dm_exec_requests where session_id = @session`,
    () => [{ percent: 50 }],
  ),
  rule(
    String.raw`select count\(\*\) as \[count\] from sys\.dm_exec_sessions\s*where database_id = @id and session_id <> @@spid and is_user_process = 1`,
    (_, run) => [{ count: sessionsOn(run, (each) => each.database.id === Number(parameter(run, 'id'))).length }],
  ),
  rule(
    String.raw`select session_id as id from sys\.dm_exec_sessions\s*where (database_id|login_name) = @(\w+)( and session_id <> @@spid)? and is_user_process = 1`,
    ([by, key = ''], run) =>
      sessionsOn(
        run,
        (each) => String(by === 'database_id' ? each.database.id : each.login.name) === parameter(run, key),
      ).map(({ id }) => ({ id })),
  ),
  rule(String.raw`select has_perms_by_name\(null, null, N'VIEW SERVER STATE'\) as seesAll`, () => [{ seesAll: 1 }]),
  rule(
    String.raw`select database_id as id, count\(\*\) as connections\s*from sys\.dm_exec_sessions where ${any} group by database_id`,
    (_, run) =>
      run.session.server.databases.map(({ id }) => ({
        id,
        connections: sessionsOn(run, (each) => each.database.id === id).length,
      })),
  ),
  rule(String.raw`select suser_sname\(\) as login, convert\(${any}as updateability`, (_, run) => [
    {
      login: run.session.login.name,
      updateability: run.session.server.get(parameter(run, 'name')).readOnly ? 'READ_ONLY' : 'READ_WRITE',
    },
  ]),
  rule(
    String.raw`select convert\(nvarchar\(200\), sid, 1\) as sid, default_database_name as \[database\]\s*from sys\.server_principals where name = @name`,
    (_, run) => {
      const found = run.session.server.logins.get(parameter(run, 'name'))
      return found ? [{ sid: found.sid, database: found.defaultDatabase }] : []
    },
  ),
  rule(String.raw`select name from sys\.server_principals where name = @name`, (_, run) =>
    run.session.server.logins.has(parameter(run, 'name')) ? [{ name: parameter(run, 'name') }] : [],
  ),
  rule(
    String.raw`create login ${name} with password = ${text}, sid = (0x[0-9A-F]+), default_database = \[(\w+)\]`,
    ([login, password, sid = '', home = ''], run) => {
      const { logins } = run.session.server
      if (logins.has(unname(login))) throw new SqlError(15025, 'Exists already.')
      if ([...logins.values()].some((each) => each.sid === sid)) throw new SqlError(15433, 'The SID is in use.')
      Object.assign(run.session.server.addLogin(unname(login), untext(password)), { sid, defaultDatabase: home })
    },
  ),
  rule(
    `alter login ${name} (?:with (?:password = ${text}|default_database = \\[(\\w+)\\])|(enable|disable))`,
    ([login, password, home, able], run) => {
      const found = loginOf(run, unname(login))
      if (password !== undefined) found.password = untext(password)
      if (home !== undefined) found.defaultDatabase = home
      if (able !== undefined) found.enabled = able === 'enable'
    },
  ),
  rule(`drop login ${name}`, ([login], run) => {
    const found = loginOf(run, unname(login))
    if (sessionsOn(run, (each) => each.login === found).length > 0) throw new SqlError(15434, 'Currently logged in.')
    run.session.server.logins.delete(found.name)
  }),
]
