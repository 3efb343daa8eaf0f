import { Failure } from '@edfi-tenants/core'
import { isOwnedBy, readMarker, type Login, type Operation, type Ownership } from '@edfi-tenants/provisioner'
import type { Session } from './connect.js'
import { stateOf } from './errors.js'
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

/** Makes an instance's own login, or gives the one that an earlier try made the password of this one. */
export async function ensureOwnLogin(
  session: Session,
  operation: Operation,
  owner: Ownership,
  login: Login,
): Promise<void> {
  const role = quoteName(login.username)
  const password = quoteText(await scramVerifier(login.password))
  const found = await findLogin(session, login.username, owner)
  if (found && !found.isOurs) throw loginTaken()
  await operation.fence()
  await session.transaction(async () => {
    try {
      await session.query(`${found ? 'alter' : 'create'} role ${role} with login password ${password}`)
    } catch (error) {
      throw stateOf(error) === '42710' ? loginTaken() : error
    }
    const identity = found?.identity ?? (await findLogin(session, login.username, owner))?.identity ?? ''
    await session.query(`comment on role ${role} is ${quoteText(markerText(owner, identity))}`)
  })
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
