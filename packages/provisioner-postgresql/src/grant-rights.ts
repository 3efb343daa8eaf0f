import type { Failure } from '@edfi-tenants/core'
import type { Operation } from '@edfi-tenants/provisioner'
import type { Session } from './connect.js'
import { stateOf } from './errors.js'
import { lackingRight, membership } from './lacking-rights.js'
import { quoteName } from './quote.js'

interface Rights {
  connect: boolean
  usable: boolean
  schemas: string[]
}

/**
 * `public` is left out of the question: ODS/API keeps nothing there. Tables with the same owner and the same rights need
 * asking about only once, which matters in a fresh copy whose hundreds of tables are in no cache yet.
 */
const rightsOf = `
  with own as (
    select oid, nspname from pg_namespace where nspname <> 'information_schema' and nspname not like 'pg\\_%'
  ), alike as (
    select min(c.oid) as oid from pg_class c join own on own.oid = c.relnamespace
    where own.nspname <> 'public' and c.relkind in ('r', 'p')
    group by c.relowner, c.relacl::text
  )
  select has_database_privilege($1, current_database(), 'CONNECT') as connect,
    array(select nspname::text from own order by nspname) as schemas,
    not exists (
      select from own where nspname <> 'public' and not has_schema_privilege($1, oid, 'USAGE')
    ) and not exists (
      select from alike
      where not (has_table_privilege($1, oid, 'SELECT') and has_table_privilege($1, oid, 'INSERT')
        and has_table_privilege($1, oid, 'UPDATE') and has_table_privilege($1, oid, 'DELETE'))
    ) as usable`

/**
 * Gives a login what ODS/API needs in the database that the session is on, unless it has it: what was granted on the
 * template comes along with the copy, and is then all there is to it. Fails with `insufficient_privilege` when the
 * privileged login may not grant it, because the objects belong to someone else.
 */
export async function grantRights(session: Session, operation: Operation, username: string): Promise<void> {
  const rights = await readRights(session, username)
  if (rights.connect && rights.usable) return
  await operation.fence()
  try {
    for (const statement of grants(await currentDatabase(session), rights, username)) await session.query(statement)
  } catch (error) {
    if (stateOf(error) !== '42501') throw error
    throw await notGrantable(session, username, error)
  }
  // A right that could not be passed on is only a warning to the server, so look again.
  const now = await readRights(session, username)
  if (!now.connect || !now.usable) throw await notGrantable(session, username)
}

/** Names the owners whose objects they are: by membership, or by grants in the template, it goes on. */
async function notGrantable(session: Session, username: string, cause?: unknown): Promise<Failure> {
  const rows = await session.query<{ owner: string; login: string }>(
    `select distinct pg_get_userbyid(o.owner)::text as owner, current_user::text as login
     from (
       select relowner as owner, relnamespace as namespace from pg_class where relkind in ('r', 'p', 'S', 'v')
       union select nspowner, oid from pg_namespace
       union select proowner, pronamespace from pg_proc
     ) as o join pg_namespace n on n.oid = o.namespace
     where n.nspname not in ('information_schema', 'public') and n.nspname not like 'pg\\_%'
       and not pg_has_role(o.owner, 'USAGE') order by 1 limit 5`,
  )
  return lackingRight(
    'Objects of the copy belong to another role, so rights on them cannot be granted to the registered login. Grant ' +
      `them to ${quoteName(username)} (or to ownLoginRole) once on the template, or:`,
    rows.map(({ owner, login }) => membership(owner, login)).join(' '),
    cause,
  )
}

async function readRights(session: Session, username: string): Promise<Rights> {
  const [row] = await session.query<Rights>(rightsOf, [username])
  return row ?? { connect: false, usable: false, schemas: [] }
}

async function currentDatabase(session: Session): Promise<string> {
  const [row] = await session.query<{ name: string }>('select current_database()::text as name')
  return row?.name ?? ''
}

function grants(database: string, { schemas, usable }: Rights, username: string): string[] {
  const role = quoteName(username)
  const connect = `grant connect, temporary on database ${quoteName(database)} to ${role}`
  if (usable || schemas.length === 0) return [connect]
  const list = schemas.map(quoteName).join(', ')
  return [
    connect,
    `grant usage on schema ${list} to ${role}`,
    `grant select, insert, update, delete on all tables in schema ${list} to ${role}`,
    `grant usage, select, update on all sequences in schema ${list} to ${role}`,
    `grant execute on all routines in schema ${list} to ${role}`,
  ]
}
