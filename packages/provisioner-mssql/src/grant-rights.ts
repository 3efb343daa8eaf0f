import type { Failure } from '@edfi-tenants/core'
import type { Operation } from '@edfi-tenants/provisioner'
import type { Session } from './connect.js'
import { hasNumber, insteadOf, isRefusal, privilegeNumbers, toFailure } from './errors.js'
import { inside } from './marker.js'
import { quoteName, quoteText } from './quote.js'

interface Rights {
  /** The user of the login in the database; `dbo` where it owns it. */
  username: string | null
  /** A user of the same name that belongs to another login, or to none any more. */
  orphaned: boolean
  connect: boolean
  usable: boolean
}

/**
 * A login's SID as an expression for statements inside a database. A database of Azure knows no logins of the server, so
 * there it is looked up before; a login that may not be seen is taken for the one of the user of its name.
 */
async function sidOf(session: Session, login: string): Promise<string> {
  const name = quoteText(login)
  if (!session.elsewhere) return `suser_sid(${name})`
  const [row] = await session.query<{ sid: string }>(
    'select convert(nvarchar(200), sid, 1) as sid from sys.sql_logins where name = @name',
    { name: login },
  )
  return row && /^0x[0-9a-f]+$/i.test(row.sid)
    ? row.sid
    : `(select sid from sys.database_principals where name = ${name})`
}

const rightsOf = (login: string, sid: string): string => `declare @sid varbinary(85) = ${sid};
select u.name as username,
  convert(bit, case when exists (select 1 from sys.database_principals o
    where o.name = ${quoteText(login)} and o.sid <> @sid) then 1 else 0 end) as orphaned,
  convert(bit, case when u.name = N'dbo' or exists (select 1 from sys.database_permissions p
    where p.grantee_principal_id = u.principal_id and p.type = 'CO' and p.state in ('G', 'W')) then 1 else 0 end) as connect,
  convert(bit, case when u.name = N'dbo' or (
    is_rolemember(N'db_datareader', u.name) = 1 and is_rolemember(N'db_datawriter', u.name) = 1
    and exists (select 1 from sys.database_permissions p where p.grantee_principal_id = u.principal_id
      and p.class = 0 and p.type = 'EX' and p.state in ('G', 'W'))) then 1 else 0 end) as usable
from (select 1 as one) as x left join sys.database_principals u on u.sid = @sid`

/**
 * Gives a login what ODS/API needs in a database, unless it has it: what was granted on the template comes along with
 * the copy. Users are bound to a login by its SID, so a copy from another server may have one of the right name that is
 * nobody's; it becomes the login's.
 */
export async function grantRights(
  session: Session,
  operation: Operation,
  database: string,
  login: string,
): Promise<void> {
  const rights = await readRights(session, database, login)
  if (rights.connect && rights.usable) return
  const user = quoteName(rights.username ?? login)
  const run = (statements: readonly string[]) =>
    inside(session, database, statements.join(';\n'), (text, there) => there.batch(text))
  await operation.fence()
  try {
    if (rights.username === null)
      await run([
        `${rights.orphaned ? `alter user ${user} with` : `create user ${user} for`} ${loginWord(rights, login)}`,
      ])
    if (!rights.connect) await run([`grant connect to ${user}`])
  } catch (error) {
    // 15063: it is the owner's login, who needs nothing.
    if (hasNumber(error, [15063])) return
    throw explain(error)
  }
  try {
    await run([
      `alter role db_datareader add member ${user}`,
      `alter role db_datawriter add member ${user}`,
      `grant execute to ${user}`,
    ])
  } catch (error) {
    // A server without these roles may still hold a database in which there is nothing to read.
    const isUnknown = isRefusal(error) && toFailure(error).code === 'database_error'
    if (!isUnknown || (await hasTables(session, database))) throw explain(error)
  }
}

const loginWord = ({ orphaned }: Rights, login: string): string => `login ${orphaned ? '= ' : ''}${quoteName(login)}`

const explain = (error: unknown): Failure =>
  insteadOf(
    insteadOf(error, [15007, 15006, 15023], 'registered_login_failed', 'There is no usable login of this name.'),
    privilegeNumbers,
    'insufficient_privilege',
    'The login may not grant rights in the database.',
  )

async function readRights(session: Session, database: string, login: string): Promise<Rights> {
  const none: Rights = { username: null, orphaned: false, connect: false, usable: false }
  const ask = <Answer>(text: string) => inside(session, database, text, (all, there) => there.query<Answer>(all))
  try {
    const [rights = none] = await ask<Rights>(rightsOf(login, await sidOf(session, login)))
    // A user that is made for a login may connect.
    return rights.username === null ? { ...rights, connect: true } : rights
  } catch (error) {
    if (!isRefusal(error)) throw error
    const [found] = await ask<{ username: string | null }>(`select user_name(user_id(${quoteText(login)})) as username`)
    return { ...none, username: found?.username ?? null, connect: true }
  }
}

async function hasTables(session: Session, database: string): Promise<boolean> {
  const text = 'select top 1 name from sys.tables'
  return (await inside(session, database, text, (all, there) => there.query(all))).length > 0
}

/**
 * The users that can connect to a database, besides its owner, the one of `login`, and the one who asks: where a restored
 * database belongs to somebody else (RDS), he is a mere user of it and would shut himself out.
 */
export async function usersWithAccess(session: Session, database: string, login?: string): Promise<string[]> {
  const text = `select p.name from sys.database_principals p
where p.principal_id in (select grantee_principal_id from sys.database_permissions
    where class = 0 and type = 'CO' and state in ('G', 'W'))
  and p.name <> N'dbo' and p.principal_id <> user_id() and (p.sid is null or p.sid <> isnull(${await sidOf(session, login ?? '')}, 0x00))
order by p.name`
  const rows = await inside(session, database, text, (all, there) => there.query<{ name: string }>(all))
  return rows.map(({ name }) => name)
}

/** Statements that keep users from connecting to the database they run in; a denial counts more than any role. */
export const denyStatements = (users: readonly string[]): string[] =>
  users.map((user) => `deny connect to ${quoteName(user)}`)

/** The opposite; a user that was dropped meanwhile needs nothing. */
export const grantStatements = (users: readonly string[]): string[] =>
  users.map((user) => `if user_id(${quoteText(user)}) is not null grant connect to ${quoteName(user)}`)
