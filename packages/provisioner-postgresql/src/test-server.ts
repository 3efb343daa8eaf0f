import type { Json } from '@edfi-tenants/core'
import type { Operation, Server, ServerCheck, ServerReport, TestServer } from '@edfi-tenants/provisioner'
import { checkRegisteredLogin } from './check-registered-login.js'
import { onMaintenance, type Session } from './connect.js'
import { readDatabases } from './list-databases.js'
import { membership } from './lacking-rights.js'
import { findPrograms } from './programs.js'
import { quoteName } from './quote.js'

const oldestVersion = 130_000

interface Facts {
  version: string
  version_num: number
  username: string
  superuser: boolean
  create_database: boolean
  create_role: boolean
  signal: boolean
  /** Whether it is a member of the login that instances share; null where there is none. */
  is_registered: boolean | null
  standby: boolean
  encrypted: boolean
}

const factsQuery = `
  select current_setting('server_version') as version, current_setting('server_version_num')::int as version_num,
    current_user::text as username, r.rolsuper as superuser, r.rolsuper or r.rolcreatedb as create_database,
    r.rolsuper or r.rolcreaterole as create_role, pg_has_role('pg_signal_backend', 'USAGE') as signal,
    (select pg_has_role(oid, 'USAGE') from pg_roles where rolname = $1::text) as is_registered,
    pg_is_in_recovery() as standby,
    coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false) as encrypted
  from pg_roles r where r.rolname = current_user`

/** Tries all that this server is needed for. Changes nothing; fails where it cannot even be connected to. */
export const testServer = (
  server: Server,
  { templates, registeredLogin, ownLogins }: TestServer,
  operation: Operation,
): Promise<ServerReport> =>
  onMaintenance(server, operation, async (session, settings) => {
    const [facts] = await session.query<Facts>(factsQuery, [registeredLogin?.username ?? null])
    if (!facts) throw new Error('The login has no entry in pg_roles.')
    const checks = serverChecks(facts, ownLogins, registeredLogin?.username)
    if (ownLogins && settings.ownLoginRole !== undefined)
      checks.push(await checkOwnLoginRole(session, facts.username, settings.ownLoginRole))
    if (registeredLogin) checks.push(await checkRegisteredLogin(session, settings, registeredLogin, operation.signal))
    for (const [name, template] of Object.entries(templates)) checks.push(await checkTemplate(session, name, template))
    checks.push(await checkPrograms(Math.trunc(facts.version_num / 10_000)))
    return { serverVersion: facts.version, checks, databases: await readDatabases(session) }
  })

function serverChecks(facts: Facts, ownLogins: boolean, registered?: string): ServerCheck[] {
  const role = quoteName(facts.username)
  const createRole = `ALTER ROLE ${role} CREATEROLE;`
  return [
    {
      name: 'reach',
      ok: !facts.standby,
      detail: `Connected as ${facts.username}, ${facts.encrypted ? 'encrypted' : 'not encrypted'}${facts.standby ? '; this is a read-only standby' : ''}.`,
      ...(facts.standby ? { remedy: 'Give the address of the primary server.' } : {}),
    },
    {
      name: 'version',
      ok: facts.version_num >= oldestVersion,
      detail: `PostgreSQL ${facts.version}.`,
      ...(facts.version_num >= oldestVersion ? {} : { remedy: 'Use PostgreSQL 13 or later.' }),
    },
    right('create-databases', facts.create_database, `ALTER ROLE ${role} CREATEDB;`),
    endSessions(facts, ownLogins, registered),
    ownLogins || facts.create_role
      ? right('create-logins', facts.create_role, createRole)
      : {
          name: 'create-logins',
          ok: true,
          detail: 'Needed only where every instance has its own login.',
          remedy: createRole,
        },
  ]
}

const right = (name: string, ok: boolean, remedy: string): ServerCheck =>
  ok ? { name, ok, detail: 'The login has this right.' } : { name, ok, detail: 'The login lacks this right.', remedy }

/** Without pg_signal_backend it may end the sessions of roles that it is a member of; of own logins it becomes one. */
function endSessions(facts: Facts, ownLogins: boolean, registered?: string): ServerCheck {
  const name = 'end-sessions'
  const signal = `GRANT pg_signal_backend TO ${quoteName(facts.username)};`
  if (facts.superuser || facts.signal) return right(name, true, signal)
  const others = 'Sessions of other roles on a database keep it from being dropped, renamed and copied.'
  if (facts.is_registered || (registered === undefined && ownLogins))
    return { name, ok: true, detail: `The login may end the sessions of ODS/API. ${others}`, remedy: signal }
  const member = registered === undefined ? '' : ` or ${membership(registered, facts.username)}`
  return right(name, false, `${signal}${member}`)
}

async function checkOwnLoginRole(session: Session, username: string, role: string): Promise<ServerCheck> {
  const name = 'own-login-role'
  const [row] = await session.query<{ grantable: boolean }>(
    `select pg_has_role(r.oid, 'USAGE WITH ADMIN OPTION') or me.rolsuper
       or (me.rolcreaterole and current_setting('server_version_num')::int < 160000 and not r.rolsuper) as grantable
     from pg_roles r, pg_roles me where r.rolname = $1::text and me.rolname = current_user`,
    [role],
  )
  if (!row)
    return {
      name,
      ok: false,
      detail: 'There is no role of this name.',
      remedy: `CREATE ROLE ${quoteName(role)} NOLOGIN;`,
    }
  return right(name, row.grantable, `GRANT ${quoteName(role)} TO ${quoteName(username)} WITH ADMIN OPTION;`)
}

/** Decides whether archives can be kept off the server; without, they are copies on it. So it is said, and no failure. */
async function checkPrograms(majorVersion: number): Promise<ServerCheck> {
  const name = 'export-programs'
  const programs = await findPrograms(majorVersion)
  return programs
    ? {
        name,
        ok: true,
        detail: `pg_dump and pg_restore ${programs.majorVersion} are on this worker: archives can be kept off the server.`,
      }
    : {
        name,
        ok: true,
        detail: `This worker has no pg_dump and pg_restore of version ${majorVersion} or later: archives can only be copies on the server.`,
        remedy: `Install postgresql-client-${majorVersion} where the workers run.`,
      }
}

interface TemplateRow {
  is_template: boolean
  allows_connections: boolean
  cloneable: boolean
  owned_by: string
  login: string
}

/** An unprotected template works, as long as nobody is on it: that is said, with the SQL, but is no failure. */
async function checkTemplate(session: Session, name: string, template: Json): Promise<ServerCheck> {
  const check = { name: `template:${name}` }
  if (typeof template !== 'string')
    return { ...check, ok: false, detail: 'Not the name of a database.', remedy: 'Give the name as a string.' }
  const [row] = await session.query<TemplateRow>(
    `select datistemplate as is_template, datallowconn as allows_connections,
       datistemplate or pg_has_role(datdba, 'USAGE') as cloneable, pg_get_userbyid(datdba)::text as owned_by,
       current_user::text as login
     from pg_database where datname = $1::text`,
    [template],
  )
  if (!row)
    return {
      ...check,
      ok: false,
      detail: 'There is no such database.',
      remedy: 'Names differ by upper and lower case.',
    }
  const mark = `ALTER DATABASE ${quoteName(template)} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false;`
  if (!row.cloneable)
    return {
      ...check,
      ok: false,
      detail: `It belongs to the role ${row.owned_by} and is not marked as a template.`,
      remedy: `${mark} or ${membership(row.owned_by, row.login)}`,
    }
  if (!row.is_template || row.allows_connections)
    return { ...check, ok: true, detail: 'Any session on it would keep it from being copied.', remedy: mark }
  return { ...check, ok: true, detail: 'Marked as a template and closed to connections.' }
}
