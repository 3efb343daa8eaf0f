import { any, name, parameter, rule, text, unname, unsupported, untext, type Rule, type Run } from './rule.js'
import { SqlError } from './start-tds-server.js'

const userOf = ({ session }: Run, username: string) => {
  const user = session.database.users.get(username)
  if (!user) throw new SqlError(15151, 'Cannot find the user.')
  return user
}

const tableName = ({ session }: Run, table: string): [string, number] => {
  const found = [...session.database.tables].find(([each]) => each.toLowerCase() === table.toLowerCase())
  if (!found) throw new SqlError(208, `Invalid object name '${table}'.`)
  return found
}

const versions: Record<string, string> = { GetEdFiOdsVersion: '7.3', GetEdFiStandardVersion: '5.2.0' }

/** What is inside a database. */
export const odsRules: Rule[] = [
  rule(
    String.raw`declare @sid varbinary\(85\) = suser_sid\(${text}\);\s*select u\.name as username${any}on u\.sid = @sid`,
    ([login], run) => {
      unsupported(run)
      const { session } = run
      const { sid } = session.server.logins.get(untext(login)) ?? { sid: 'none' }
      const { users, owner } = session.database
      if (sid === owner) return [{ username: 'dbo', orphaned: false, connect: true, usable: true }]
      const [username, user] = [...users].find(([, each]) => each.sid === sid) ?? [null, null]
      const named = users.get(untext(login))
      return [
        {
          username,
          orphaned: named !== undefined && named.sid !== sid,
          connect: user?.connect === 'granted',
          usable: (user?.roles.size ?? 0) === 3,
        },
      ]
    },
  ),
  rule(`(create|alter) user ${name} (?:for|with) login (?:= )?${name}`, ([, user, login], run) => {
    const { sid } = run.session.server.logins.get(unname(login)) ?? {}
    if (sid === undefined) throw new SqlError(15007, 'No such login.')
    const roles = run.session.database.users.get(unname(user))?.roles ?? new Set()
    run.session.database.users.set(unname(user), { sid, connect: 'granted', roles })
  }),
  rule(`(?:if user_id\\(${text}\\) is not null )?(grant|deny) connect to ${name}`, ([condition, verb, user], run) => {
    if (condition !== undefined && !run.session.database.users.has(untext(condition))) return
    userOf(run, unname(user)).connect = verb === 'grant' ? 'granted' : 'denied'
  }),
  rule(`alter role (db_datareader|db_datawriter) add member ${name}`, ([role = '', user], run) => {
    unsupported(run)
    userOf(run, unname(user)).roles.add(role)
  }),
  rule(`grant execute to ${name}`, ([user], run) => void userOf(run, unname(user)).roles.add('execute')),
  rule(
    String.raw`select p\.name from sys\.database_principals p\s*where ${any}suser_sid\(${text}\), 0x00\)\)\s*order by p\.name`,
    ([login], run) => {
      const { sid } = run.session.server.logins.get(untext(login)) ?? {}
      return [...run.session.database.users]
        .filter(([, user]) => user.connect === 'granted' && ![sid, run.session.login.sid].includes(user.sid))
        .map(([username]) => ({ name: username }))
    },
  ),
  rule(String.raw`select has_perms_by_name\(null, N'DATABASE', N'BACKUP DATABASE'\) as allowed`, () => [
    { allowed: 1 },
  ]),
  rule(String.raw`select user_name\(user_id\(${text}\)\) as username`, ([user], { session }) => [
    { username: session.database.users.has(untext(user)) ? untext(user) : null },
  ]),
  rule('select top 1 name from sys\\.tables', (_, { session }) =>
    [...session.database.tables.keys()].slice(0, 1).map((table) => ({ name: table })),
  ),
  rule(
    String.raw`select t\.name(,${any})?\s*from sys\.tables t join sys\.schemas s${any}lower\(t\.name\) in \(([^)]*)\)`,
    ([more, wanted = ''], { session }) => {
      const names = wanted.split(', ').map((each) => each.slice(2, -1))
      return [...session.database.tables.keys()]
        .filter((table) => names.includes(table.toLowerCase()))
        .map((table) => ({
          name: session.server.spelt(table),
          ...(more === undefined
            ? {}
            : { readable: 1, changes: table === 'Student', exits: table === 'StudentSchoolAssociation' }),
        }))
    },
  ),
  rule(
    String.raw`if object_id\(N'util\.(\w+)'\) is not null select convert\(${any}\) as version`,
    ([key = ''], { session }) => (session.database.tables.size === 0 ? [] : [{ version: versions[key] ?? '' }]),
  ),
  rule(String.raw`select (\(select count_big\(\*\) from edfi\.[\s\S]*)`, ([columns = ''], run) => {
    const counts = [...columns.matchAll(/from edfi\.\[(\w+)\][\s\S]*?as \[(\w+)\]/g)]
    return [Object.fromEntries(counts.map(([, table = '', key = '']) => [key, BigInt(tableName(run, table)[1])]))]
  }),
  rule(String.raw`select count_big\(\*\) as \[count\] from edfi\.${name}`, ([table = ''], run) => [
    { count: BigInt(tableName(run, table)[1]) },
  ]),
  rule(
    String.raw`select convert\(nvarchar\(33\), max\(c\.changed\), 126\) as newest from \([\s\S]*\) as c`,
    ([], { session }) => [
      { newest: (session.database.tables.get('Student') ?? 0) > 0 ? '2026-08-01T10:20:30.1234567' : null },
    ],
  ),
  rule(
    String.raw`select t\.name, sum\(convert\(bigint, p\.\w+\)\) as estimate from (sys\.\w+)${any}group by t\.name`,
    ([view], { session }) => {
      if (view === 'sys.dm_db_partition_stats') throw new SqlError(300, 'VIEW DATABASE STATE permission was denied.')
      return [...session.database.tables].map(([table, rows]) => ({
        name: session.server.spelt(table),
        estimate: BigInt(rows),
      }))
    },
  ),
  rule('select 1 as (?:one|n)(?: where 1 = 0)?', ([], { statement }) =>
    /1 = 0/.test(statement.text) ? [] : [{ one: 1 }],
  ),
  rule(
    `insert into edfi\\.Student \\(StudentUniqueId\\) select json_value\\(@parameters, '\\$\\.studentUniqueId'\\)`,
    (_, run) => {
      const { studentUniqueId } = JSON.parse(parameter(run, 'parameters')) as { studentUniqueId?: string }
      if (!studentUniqueId) throw new SqlError(515, 'Cannot insert the value NULL.')
      const [table, rows] = tableName(run, 'Student')
      run.session.database.tables.set(table, rows + 1)
    },
  ),
  rule(`insert into edfi\\.Student default values`, () => {
    throw new SqlError(515, "Cannot insert the value NULL into column 'StudentUniqueId'.")
  }),
  rule(`select N'students' as name, convert\\(bit, 1\\) as ok, N'1' as detail`, (_, run) => [
    { name: 'students', ok: tableName(run, 'Student')[1] > 0, detail: String(tableName(run, 'Student')[1]) },
  ]),
  rule(`select N'schools' as name, convert\\(bit, 0\\) as ok, N'none' as detail`, () => [
    { name: 'schools', ok: false, detail: 'none' },
  ]),
  rule(`select CodeValue from edfi\\.Descriptor`, () =>
    Array.from({ length: 5 }, (_, index) => ({ CodeValue: `D${index}` })),
  ),
]
