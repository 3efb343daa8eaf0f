import type { Json } from '@edfi-tenants/core'
import type { Operation, Server, ServerCheck, ServerReport, TestServer } from '@edfi-tenants/provisioner'
import { checkRegisteredLogin } from './check-registered-login.js'
import { onMaintenance, type Session } from './connect.js'
import { readDatabases } from './list-databases.js'
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
  standby: boolean
  encrypted: boolean
}

const factsQuery = `
  select current_setting('server_version') as version, current_setting('server_version_num')::int as version_num,
    current_user::text as username, r.rolsuper as superuser, r.rolsuper or r.rolcreatedb as create_database,
    r.rolsuper or r.rolcreaterole as create_role, pg_has_role('pg_signal_backend', 'MEMBER') as signal,
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
    const [facts] = await session.query<Facts>(factsQuery)
    if (!facts) throw new Error('The login has no entry in pg_roles.')
    const checks = serverChecks(facts, ownLogins)
    if (registeredLogin) checks.push(await checkRegisteredLogin(session, settings, registeredLogin, operation.signal))
    for (const [name, template] of Object.entries(templates)) checks.push(await checkTemplate(session, name, template))
    return { serverVersion: facts.version, checks, databases: await readDatabases(session) }
  })

function serverChecks(facts: Facts, ownLogins: boolean): ServerCheck[] {
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
    right('end-sessions', facts.superuser || facts.signal, `GRANT pg_signal_backend TO ${role};`),
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

interface TemplateRow {
  is_template: boolean
  allows_connections: boolean
  cloneable: boolean
}

/** An unprotected template works, as long as nobody is on it: that is said, with the SQL, but is no failure. */
async function checkTemplate(session: Session, name: string, template: Json): Promise<ServerCheck> {
  const check = { name: `template:${name}` }
  if (typeof template !== 'string')
    return { ...check, ok: false, detail: 'Not the name of a database.', remedy: 'Give the name as a string.' }
  const [row] = await session.query<TemplateRow>(
    `select datistemplate as is_template, datallowconn as allows_connections,
       datistemplate or pg_has_role(datdba, 'USAGE') as cloneable
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
    return { ...check, ok: false, detail: 'It belongs to another role and is not marked as a template.', remedy: mark }
  if (!row.is_template || row.allows_connections)
    return { ...check, ok: true, detail: 'Any session on it would keep it from being copied.', remedy: mark }
  return { ...check, ok: true, detail: 'Marked as a template and closed to connections.' }
}
