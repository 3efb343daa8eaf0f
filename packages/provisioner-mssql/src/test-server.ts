import type { Json } from '@edfi-tenants/core'
import { isFailure } from '@edfi-tenants/core'
import type { Operation, Server, ServerCheck, ServerReport, TestServer } from '@edfi-tenants/provisioner'
import { readDefaultFolder } from './backup-place.js'
import { checkRegisteredLogin } from './check-registered-login.js'
import { onMaintenance, type Session } from './connect.js'
import { readTemplate } from './copy-source.js'
import { isRefusal } from './errors.js'
import { readDatabases } from './list-databases.js'
import { findDatabase, inside } from './marker.js'
import { quoteName } from './quote.js'
import { readBackup } from './restore-backup.js'
import type { Settings } from './settings.js'

/** 15 is SQL Server 2019. */
const oldestVersion = 15

/** Tries all that this server is needed for. Changes nothing; fails where it cannot even be connected to. */
export const testServer = (
  server: Server,
  { templates, registeredLogin, ownLogins }: TestServer,
  operation: Operation,
): Promise<ServerReport> =>
  onMaintenance(server, operation, async (session, settings) => {
    const facts = await readFacts(session)
    const checks = serverChecks(facts, server, ownLogins)
    if (registeredLogin) checks.push(await checkRegisteredLogin(session, settings, registeredLogin, operation.signal))
    for (const [name, template] of Object.entries(templates))
      checks.push(await checkTemplate(session, settings, facts.username, name, template))
    return { serverVersion: facts.version, checks, databases: await readDatabases(session) }
  })

/** What a server and a login say of themselves. */
export interface Facts {
  version: string
  edition: string
  username: string
  createDatabase: boolean
  alterLogins: boolean
  seeState: boolean
}

/** Each question by itself: what a server cannot answer is unknown, and counts as missing. */
export async function readFacts(session: Session): Promise<Facts> {
  const ask = async (expression: string): Promise<string | null> => {
    try {
      const [row] = await session.query<{ value: string | null }>(
        `select convert(nvarchar(400), ${expression}) as value`,
      )
      return row?.value ?? null
    } catch (error) {
      if (isRefusal(error)) return null
      throw error
    }
  }
  const mayDo = async (...expressions: string[]): Promise<boolean> => {
    for (const expression of expressions) if ((await ask(expression)) === '1') return true
    return false
  }
  const isAdmin = `is_srvrolemember(N'sysadmin')`
  const has = (right: string) => `has_perms_by_name(null, null, N'${right}')`
  return {
    version: (await ask(`serverproperty(N'ProductVersion')`)) ?? 'unknown',
    edition: (await ask(`serverproperty(N'Edition')`)) ?? 'unknown edition',
    username: (await ask('suser_sname()')) ?? '',
    createDatabase: await mayDo(isAdmin, `is_srvrolemember(N'dbcreator')`, has('CREATE ANY DATABASE')),
    alterLogins: await mayDo(isAdmin, `is_srvrolemember(N'securityadmin')`, has('ALTER ANY LOGIN')),
    seeState: await mayDo(has('VIEW SERVER STATE')),
  }
}

/** What every SQL Server is asked besides its templates. */
export function serverChecks(facts: Facts, { credentials }: Server, ownLogins: boolean): ServerCheck[] {
  const login = quoteName(facts.username || credentials.username)
  const isNewEnough = Number.parseInt(facts.version, 10) >= oldestVersion
  const alterLogins = `GRANT ALTER ANY LOGIN TO ${login};`
  return [
    { name: 'reach', ok: true, detail: `Connected as ${facts.username || credentials.username}.` },
    {
      name: 'version',
      ok: isNewEnough,
      detail: `SQL Server ${facts.version}, ${facts.edition}.`,
      ...(isNewEnough ? {} : { remedy: 'Use SQL Server 2019 or later.' }),
    },
    right('create-databases', facts.createDatabase, `ALTER SERVER ROLE dbcreator ADD MEMBER ${login};`),
    facts.seeState
      ? { name: 'see-sessions', ok: true, detail: 'The login has this right.' }
      : {
          name: 'see-sessions',
          ok: true,
          detail: 'Without it progress, and how many sessions there are, is not known.',
          remedy: `GRANT VIEW SERVER STATE TO ${login};`,
        },
    ownLogins || facts.alterLogins
      ? right('create-logins', facts.alterLogins, alterLogins)
      : {
          name: 'create-logins',
          ok: true,
          detail: 'Needed only where every instance has its own login.',
          remedy: alterLogins,
        },
  ]
}

const right = (name: string, ok: boolean, remedy: string): ServerCheck =>
  ok ? { name, ok, detail: 'The login has this right.' } : { name, ok, detail: 'The login lacks this right.', remedy }

async function checkTemplate(
  session: Session,
  settings: Settings,
  login: string,
  key: string,
  entry: Json,
): Promise<ServerCheck> {
  const name = `template:${key}`
  try {
    const template = readTemplate(entry)
    return 'backup' in template
      ? await checkBackup(session, name, template.backup)
      : await checkDatabase(session, settings, { name, database: template.database, login })
  } catch (error) {
    if (!isFailure(error) || error.code === 'server_unreachable' || error.code === 'job_cancelled') throw error
    return {
      name,
      ok: false,
      detail: error.message,
      remedy: 'Give {"database": "…"} or {"backup": "…"} as it is there.',
    }
  }
}

async function checkBackup(session: Session, name: string, backup: string): Promise<ServerCheck> {
  const files = await readBackup(session, backup)
  return { name, ok: true, detail: `A backup of ${files.length} files.` }
}

async function checkDatabase(
  session: Session,
  settings: Settings,
  { name, database, login }: { name: string; database: string; login: string },
): Promise<ServerCheck> {
  const found = await findDatabase(session, database)
  if (!found)
    return {
      name,
      ok: false,
      detail: 'There is no such database.',
      remedy: 'Give the name of a database of the server.',
    }
  if (found.state !== 'online')
    return { name, ok: false, detail: 'It is not online.', remedy: `ALTER DATABASE ${quoteName(database)} SET ONLINE;` }
  if (!(settings.backupUrl ?? settings.backupFolder ?? (await readDefaultFolder(session))))
    return { name, ok: false, detail: 'The server names no folder for backups.', remedy: 'Give it as backupFolder.' }
  if (!(await mayBackUp(session, found.name)))
    return {
      name,
      ok: false,
      detail: 'The login may not back it up.',
      remedy: `ALTER AUTHORIZATION ON DATABASE::${quoteName(found.name)} TO ${quoteName(login)};`,
    }
  return { name, ok: true, detail: 'Online, and the login may back it up.' }
}

async function mayBackUp(session: Session, database: string): Promise<boolean> {
  const text = `select has_perms_by_name(null, N'DATABASE', N'BACKUP DATABASE') as allowed`
  try {
    const [row] = await inside(session, database, text, (all, there) => there.query<{ allowed: number | null }>(all))
    return row?.allowed === 1
  } catch (error) {
    if (isRefusal(error)) return false
    throw error
  }
}
