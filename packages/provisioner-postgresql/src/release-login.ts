import type { Operation, Ownership } from '@edfi-tenants/provisioner'
import type { Session } from './connect.js'
import { findDatabase, type FoundDatabase } from './marker.js'
import { quoteName } from './quote.js'

/**
 * Takes from a login what it still has in other databases of this installation: a database that was copied from the
 * instance's brought along its rights. What it has in databases that are not ours stays, and keeps it from being
 * dropped. https://www.postgresql.org/docs/current/role-removal.html
 */
export async function releaseLogin(
  session: Session,
  operation: Operation,
  owner: Ownership,
  login: { username: string; identity: string },
  openDatabase: (name: string, work: (session: Session) => Promise<void>) => Promise<void>,
): Promise<void> {
  const names = await session.query<{ name: string }>(
    `select distinct d.datname::text as name
     from pg_shdepend s join pg_database d
       on d.oid = s.dbid or (s.dbid = 0 and s.classid = 'pg_database'::regclass and d.oid = s.objid)
     where s.refclassid = 'pg_authid'::regclass and s.refobjid = $1::oid`,
    [login.identity],
  )
  const role = quoteName(login.username)
  for (const { name } of names) {
    const database = await findDatabase(session, name)
    if (database?.marker?.installationId !== owner.installationId) continue
    await operation.fence()
    await whileOpen(session, database, () =>
      openDatabase(name, async (inside) => {
        // A role may be made to give up what it owns only by one of its members.
        await inside.query(`grant ${role} to current_user`)
        await inside.query(`reassign owned by ${role} to current_user`)
        await inside.query(`drop owned by ${role}`)
      }),
    )
  }
}

/** A stopped database lets us in for this moment only. */
async function whileOpen(session: Session, database: FoundDatabase, work: () => Promise<void>): Promise<void> {
  if (database.allowsConnections) return work()
  const allow = (allowed: boolean) =>
    session.finish(`alter database ${quoteName(database.name)} with allow_connections ${String(allowed)}`)
  await allow(true)
  try {
    await work()
  } finally {
    await allow(false)
  }
}
