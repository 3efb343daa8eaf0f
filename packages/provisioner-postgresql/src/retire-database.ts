import { Failure } from '@edfi-tenants/core'
import type { Operation, RetireDatabase, Server } from '@edfi-tenants/provisioner'
import { onMaintenance, type Session } from './connect.js'
import { whileSessionsEnd } from './end-sessions.js'
import { lockInstance } from './instance-lock.js'
import { hasOwnLogin } from './login.js'
import { findDatabase, type ConnectGrant } from './marker.js'
import { allowConnections, assertOurs, changeOurs, isOurs, renameTo } from './own-database.js'
import { assertName, quoteName } from './quote.js'

/**
 * In one transaction: the retired name, the right to connect from everybody but us, no sign-in for the instance's own
 * login, and connections on, since what is retired can still be exported. Who could connect is kept in the comment.
 */
export const retireDatabase = async (server: Server, request: RetireDatabase, operation: Operation): Promise<void> => {
  const { databaseName, retiredName, owner, login } = request
  assertName(databaseName)
  assertName(retiredName)
  assertName(login.username)
  await onMaintenance(server, operation, async (session) => {
    await lockInstance(session, owner, operation.signal)
    const retired = await findDatabase(session, retiredName)
    if (isOurs(retired, request)) {
      await operation.fence()
      return allowConnections(session, retired, owner, true)
    }
    const found = await findDatabase(session, databaseName)
    assertOurs(found, request)
    await operation.fence()
    await whileSessionsEnd(server, found.identity, operation, () =>
      changeOurs(session, { found, owner, nameAfter: retiredName }, async () => {
        await renameTo(session, databaseName, retiredName)
        const grants = await connectGrants(session, retiredName)
        await revokeConnect(session, retiredName, grants)
        if (login.own && (await hasOwnLogin(session, login.username, owner)))
          await session.query(`alter role ${quoteName(login.username)} with nologin`)
        await session.query(`alter database ${quoteName(retiredName)} with allow_connections true`)
        return { retiredFrom: grants }
      }),
    )
  })
}

/** The rights to connect of all but the owner and ourselves. Where nothing was ever granted, PostgreSQL's default counts. */
const connectGrants = (session: Session, databaseName: string): Promise<ConnectGrant[]> =>
  session.query<{ grantee: string | null; grantable: boolean }>(
    `select r.rolname::text as grantee, bool_or(a.is_grantable) as grantable
     from pg_database d cross join aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
       left join pg_roles r on r.oid = a.grantee
     where d.datname = $1::text and a.privilege_type = 'CONNECT' and a.grantee <> d.datdba
       and r.rolname is distinct from current_user
     group by r.rolname order by r.rolname`,
    [databaseName],
  )

async function revokeConnect(session: Session, databaseName: string, grants: readonly ConnectGrant[]): Promise<void> {
  if (grants.length === 0) return
  const grantees = grants.map(({ grantee }) => (grantee === null ? 'public' : quoteName(grantee)))
  await session.query(`revoke connect on database ${quoteName(databaseName)} from ${grantees.join(', ')} cascade`)
  // What another role granted stays, and that is only a warning to the server.
  if ((await connectGrants(session, databaseName)).length > 0)
    throw new Failure('insufficient_privilege', 'The login may not take back all rights to connect to the database.')
}
