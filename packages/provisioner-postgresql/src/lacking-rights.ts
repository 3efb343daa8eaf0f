import { Failure } from '@edfi-tenants/core'
import type { Session } from './connect.js'
import type { FoundDatabase } from './marker.js'
import { quoteName } from './quote.js'

/** A right is missing: what for, and the statement with which somebody who may can give it. */
export const lackingRight = (what: string, remedy: string, cause?: unknown): Failure =>
  new Failure('insufficient_privilege', `${what} ${remedy}`, { cause })

/**
 * Fails with `insufficient_privilege` where the database belongs to a role that the login is no member of. The server
 * would refuse as well, but not say whose it is.
 */
export function assertMayChange({ name, mayChange, ownedBy, login }: FoundDatabase): void {
  if (mayChange) return
  throw lackingRight(
    `The database "${name}" belongs to the role "${ownedBy}", and the login of the database server is no member of it.`,
    membership(ownedBy, login),
  )
}

/** Makes a login a member of a role. */
export const membership = (role: string, login: string): string => `GRANT ${quoteName(role)} TO ${quoteName(login)};`

interface CopyFacts {
  login: string
  create_database: boolean
  cloneable: boolean | null
  owned_by: string | null
}

/** Why a database may not be copied: no right to create any, or the source is neither a template nor one's own. */
export async function notCopyable(session: Session, from: string, cause: unknown): Promise<Failure> {
  const [facts] = await session.query<CopyFacts>(
    `select current_user::text as login, r.rolsuper or r.rolcreatedb as create_database,
       d.datistemplate or pg_has_role(d.datdba, 'USAGE') as cloneable, pg_get_userbyid(d.datdba)::text as owned_by
     from pg_roles r left join pg_database d on d.datname = $1::text where r.rolname = current_user`,
    [from],
  )
  if (facts && !facts.create_database)
    return lackingRight(
      'The login of the database server may not create databases.',
      `ALTER ROLE ${quoteName(facts.login)} CREATEDB;`,
      cause,
    )
  if (facts?.cloneable === false && facts.owned_by !== null)
    return lackingRight(
      `The database "${from}" belongs to the role "${facts.owned_by}" and is not marked as a template, so the login may not copy it.`,
      `ALTER DATABASE ${quoteName(from)} WITH IS_TEMPLATE true; or ${membership(facts.owned_by, facts.login)}`,
      cause,
    )
  return lackingRight('The login may not copy the database.', '(SQLSTATE 42501)', cause)
}

interface LoginFacts {
  login: string
  create_role: boolean
  version_num: number
  is_there: boolean
}

/** Why an instance's own login may not be made or changed. From version 16 on CREATEROLE is for roles of one's own only. */
export async function notOurLogin(session: Session, username: string, cause: unknown): Promise<Failure> {
  const [facts] = await session.query<LoginFacts>(
    `select current_user::text as login, r.rolsuper or r.rolcreaterole as create_role,
       current_setting('server_version_num')::int as version_num,
       exists (select from pg_roles where rolname = $1::text) as is_there
     from pg_roles r where r.rolname = current_user`,
    [username],
  )
  if (facts && !facts.create_role)
    return lackingRight(
      'The login of the database server may not make the instance’s own login.',
      `ALTER ROLE ${quoteName(facts.login)} CREATEROLE;`,
      cause,
    )
  if (facts?.is_there && facts.version_num >= 160_000)
    return lackingRight(
      'The instance’s own login was made by another role, so the login of the database server may not change it.',
      `GRANT ${quoteName(username)} TO ${quoteName(facts.login)} WITH ADMIN OPTION;`,
      cause,
    )
  return lackingRight('The login may not make or change the instance’s own login.', '(SQLSTATE 42501)', cause)
}
