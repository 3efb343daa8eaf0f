import { Failure } from '@edfi-tenants/core'
import { isOwnedBy, readMarker, type Login, type Operation, type Ownership } from '@edfi-tenants/provisioner'
import type { Session } from './connect.js'
import { stateOf } from './errors.js'
import { lackingRight, notOurLogin } from './lacking-rights.js'
import { markerText } from './marker.js'
import { quoteName, quoteText } from './quote.js'
import { releaseLogin } from './release-login.js'
import { scramVerifier } from './scram.js'

interface FoundLogin {
  identity: string
  isOurs: boolean
}

async function findLogin(session: Session, username: string, owner: Ownership): Promise<FoundLogin | null> {
  const [row] = await session.query<{ identity: string; comment: string | null }>(
    `select oid::text as identity, shobj_description(oid, 'pg_authid') as comment from pg_roles where rolname = $1::text`,
    [username],
  )
  if (!row) return null
  const marker = readMarker(row.comment)
  return { identity: row.identity, isOurs: marker?.identity === row.identity && isOwnedBy(marker, owner) }
}

/** Whether there is a login of this name that was made for this instance. */
export const hasOwnLogin = async (session: Session, username: string, owner: Ownership): Promise<boolean> =>
  (await findLogin(session, username, owner))?.isOurs ?? false

/**
 * Makes an instance's own login, or gives the one that an earlier try made the password of this one. Without
 * pg_signal_backend the privileged login becomes a member of it, since then it may end its sessions all the same.
 */
export async function ensureOwnLogin(
  session: Session,
  operation: Operation,
  owner: Ownership,
  login: Login,
  memberOf?: string,
): Promise<void> {
  const role = quoteName(login.username)
  const password = quoteText(await scramVerifier(login.password))
  const found = await findLogin(session, login.username, owner)
  if (found && !found.isOurs) throw loginTaken()
  await operation.fence()
  try {
    await session.transaction(async () => {
      await session.query(`${found ? 'alter' : 'create'} role ${role} with login password ${password}`)
      const identity = found?.identity ?? (await findLogin(session, login.username, owner))?.identity ?? ''
      await session.query(`comment on role ${role} is ${quoteText(markerText(owner, identity))}`)
      if (!(await maySignal(session))) await session.query(`grant ${role} to current_user`)
    })
  } catch (error) {
    if (stateOf(error) === '42710') throw loginTaken()
    throw stateOf(error) === '42501' ? await notOurLogin(session, login.username, error) : error
  }
  if (memberOf !== undefined) await join(session, operation, login.username, memberOf)
}

async function maySignal(session: Session): Promise<boolean> {
  const [row] = await session.query<{ may: boolean }>(`select pg_has_role('pg_signal_backend', 'USAGE') as may`)
  return row?.may ?? false
}

/** Gives a login the rights of a role. */
async function join(session: Session, operation: Operation, username: string, role: string): Promise<void> {
  const [row] = await session.query<{ login: string; is_member: boolean | null }>(
    `select current_user::text as login, (select pg_has_role($1::text, oid, 'MEMBER') from pg_roles where rolname = $2::text) as is_member`,
    [username, role],
  )
  if (row?.is_member) return
  await operation.fence()
  try {
    await session.query(`grant ${quoteName(role)} to ${quoteName(username)}`)
  } catch (error) {
    if (stateOf(error) === '42704')
      throw new Failure('settings_invalid', 'There is no role of the name in ownLoginRole.', { cause: error })
    if (stateOf(error) !== '42501') throw error
    throw lackingRight(
      'The login of the database server may not make others members of ownLoginRole.',
      `GRANT ${quoteName(role)} TO ${quoteName(row?.login ?? '')} WITH ADMIN OPTION;`,
      error,
    )
  }
}

const loginTaken = (): Failure =>
  new Failure(
    'registered_login_failed',
    'A role with the name of the instance’s login exists and was not made for this instance. It was not touched.',
  )

/** Drops an instance's own login. One that is not there is no error; one that is not marked as ours is left alone. */
export async function dropOwnLogin(
  session: Session,
  operation: Operation,
  owner: Ownership,
  username: string,
  openDatabase: (name: string, work: (session: Session) => Promise<void>) => Promise<void>,
): Promise<void> {
  const found = await findLogin(session, username, owner)
  if (!found?.isOurs) return
  const drop = `drop role if exists ${quoteName(username)}`
  await operation.fence()
  try {
    await session.query(drop)
  } catch (error) {
    if (stateOf(error) !== '2BP01') throw error
    await releaseLogin(session, operation, owner, { username, identity: found.identity }, openDatabase)
    await operation.fence()
    await session.query(drop)
  }
}

/** Takes our marker off an instance's own login, which stays as it is. */
export async function disownLogin(
  session: Session,
  operation: Operation,
  owner: Ownership,
  username: string,
): Promise<void> {
  const found = await findLogin(session, username, owner)
  if (!found?.isOurs) return
  await operation.fence()
  await session.query(`comment on role ${quoteName(username)} is null`)
}
