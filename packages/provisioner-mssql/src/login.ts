import { createHash } from 'node:crypto'
import { Failure } from '@edfi-tenants/core'
import type { Login, Operation, Ownership } from '@edfi-tenants/provisioner'
import type { Session } from './connect.js'
import { hasNumber, isRefusal } from './errors.js'
import { quoteName, quoteText } from './quote.js'

/**
 * The SID of an instance's own login. Logins can have no extended property, but their SID can be chosen: so it says for
 * whom a login was made, and users in copies and archives find their login again when it is made anew. A SID stays as
 * long as its login does; that the login is still the instance's says its default database, which a release changes.
 */
const sidOf = ({ installationId, instanceId }: Ownership): string =>
  `0x${createHash('sha256').update(`${installationId}\n${instanceId}`).digest('hex').slice(0, 32).toUpperCase()}`

const ownDefault = 'tempdb'
const releasedDefault = 'master'

type Found = 'ours' | 'another' | 'missing'

async function findLogin(session: Session, username: string, owner: Ownership): Promise<Found> {
  const [row] = await session.query<{ sid: string | null; database: string | null }>(
    `select convert(nvarchar(200), sid, 1) as sid, default_database_name as [database]
from sys.server_principals where name = @name`,
    { name: username },
  )
  if (!row) return 'missing'
  const isMade = row.sid?.toUpperCase() === sidOf(owner).toUpperCase()
  return isMade && row.database?.toLowerCase() === ownDefault ? 'ours' : 'another'
}

/** Whether there is a login of this name that was made for this instance. */
export const hasOwnLogin = async (session: Session, username: string, owner: Ownership): Promise<boolean> =>
  (await findLogin(session, username, owner)) === 'ours'

/** Makes an instance's own login, or gives the one that an earlier try made the password of this one, enabled. */
export async function ensureOwnLogin(
  session: Session,
  operation: Operation,
  owner: Ownership,
  { username, password }: Login,
): Promise<void> {
  const name = quoteName(username)
  const found = await findLogin(session, username, owner)
  if (found === 'another') throw loginTaken()
  await operation.fence()
  const secret = `password = ${quoteText(password)}`
  try {
    await session.batch(
      found === 'ours'
        ? `alter login ${name} with ${secret};\nalter login ${name} enable`
        : `create login ${name} with ${secret}, sid = ${sidOf(owner)}, default_database = [${ownDefault}]`,
    )
  } catch (error) {
    if (!isRefusal(error)) throw error
    // 15025: the name is taken, 15433: the SID is, by a login of another name.
    if (hasNumber(error, [15025, 15433])) throw loginTaken()
    if (hasNumber(error, [15118, 15116, 15115, 15114, 15117]))
      throw new Failure('registered_login_failed', 'The server’s password policy refuses the generated password.')
    throw withoutStatement(error)
  }
}

/** A server could quote the statement in its message, and there is a password in it. */
const withoutStatement = (error: unknown): Failure => {
  const { code, message, retryable } = error as Failure
  return new Failure(code, message, { retryable })
}

const loginTaken = (): Failure =>
  new Failure(
    'registered_login_failed',
    'A login with the name of the instance’s login exists and was not made for this instance. It was not touched.',
  )

/** Keeps an instance's own login from signing in; one that is not ours is left alone. */
export async function disableOwnLogin(session: Session, owner: Ownership, username: string): Promise<void> {
  if (await hasOwnLogin(session, username, owner)) await session.batch(`alter login ${quoteName(username)} disable`)
}

/** Lets an instance's own login go on as nobody's. */
export async function disownLogin(
  session: Session,
  operation: Operation,
  owner: Ownership,
  username: string,
): Promise<void> {
  if (!(await hasOwnLogin(session, username, owner))) return
  await operation.fence()
  await session.batch(`alter login ${quoteName(username)} with default_database = [${releasedDefault}]`)
}

/** Drops an instance's own login. One that is not there is no error; one that was not made for it is left alone. */
export async function dropOwnLogin(
  session: Session,
  operation: Operation,
  owner: Ownership,
  username: string,
): Promise<void> {
  if (!(await hasOwnLogin(session, username, owner))) return
  const drop = `drop login ${quoteName(username)}`
  await operation.fence()
  try {
    await session.batch(drop)
  } catch (error) {
    // 15434: it is signed in somewhere.
    if (!hasNumber(error, [15434])) throw error
    await endSessionsOf(session, username)
    await operation.fence()
    await session.batch(drop)
  }
}

async function endSessionsOf(session: Session, username: string): Promise<void> {
  await session.batch(`alter login ${quoteName(username)} disable`)
  const rows = await session.query<{ id: number }>(
    'select session_id as id from sys.dm_exec_sessions where login_name = @name and is_user_process = 1',
    { name: username },
  )
  for (const { id } of rows) await session.batch(`kill ${id}`)
}
