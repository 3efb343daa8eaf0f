import { isFailure, type Json } from '@edfi-tenants/core'
import type { Login, Operation, Server, ServerCheck, ServerReport, TestServer } from '@edfi-tenants/provisioner'
import {
  checkRegisteredLogin,
  findDatabase,
  inside,
  isRefusal,
  lockInstance,
  onMaintenance,
  quoteName,
  readDatabases,
  type Session,
  type Settings,
} from '@edfi-tenants/provisioner-mssql'
import { readTemplate } from './copy-source.js'
import { asSqlServer } from './settings.js'

/** `serverproperty('EngineEdition')` of Azure SQL Database. https://learn.microsoft.com/sql/t-sql/functions/serverproperty-transact-sql */
const azureEdition = '5'

/** Tries all that this server is needed for. Changes nothing; fails where it cannot even be connected to. */
export const testServer = (
  server: Server,
  { templates, registeredLogin }: TestServer,
  operation: Operation,
): Promise<ServerReport> =>
  onMaintenance(asSqlServer(server), operation, async (session, settings) => {
    const version = (await ask(session, `serverproperty(N'ProductVersion')`)) ?? 'unknown'
    const username = (await ask(session, 'suser_sname()')) ?? server.credentials.username
    const checks: ServerCheck[] = [
      { name: 'reach', ok: true, detail: `Connected as ${username}.` },
      await checkEdition(session, version),
      await checkCreate(session, username),
      await checkLock(session, operation.signal),
    ]
    if (registeredLogin) checks.push(await checkLogin(session, settings, registeredLogin, operation.signal))
    for (const [name, template] of Object.entries(templates)) checks.push(await checkTemplate(session, name, template))
    return { serverVersion: version, checks, databases: await readDatabases(session) }
  })

/** Each question by itself: what a server cannot answer is unknown. */
async function ask(session: Session, expression: string): Promise<string | null> {
  try {
    const [row] = await session.query<{ value: string | null }>(`select convert(nvarchar(400), ${expression}) as value`)
    return row?.value ?? null
  } catch (error) {
    if (isRefusal(error)) return null
    throw error
  }
}

async function checkEdition(session: Session, version: string): Promise<ServerCheck> {
  const ok = (await ask(session, `serverproperty(N'EngineEdition')`)) === azureEdition
  return {
    name: 'version',
    ok,
    detail: ok ? `Azure SQL Database ${version}.` : `This is no Azure SQL Database (${version}).`,
    ...(ok ? {} : { remedy: 'Use the engine mssql for SQL Server.' }),
  }
}

/** The server's administrators need no role; any other login one of these two. */
async function checkCreate(session: Session, username: string): Promise<ServerCheck> {
  const name = 'create-databases'
  const roles = [
    `is_rolemember(N'dbmanager')`,
    `is_srvrolemember(N'##MS_DatabaseManager##')`,
    `has_perms_by_name(null, null, N'CREATE ANY DATABASE')`,
  ]
  for (const role of roles)
    if ((await ask(session, role)) === '1') return { name, ok: true, detail: 'The login has this right.' }
  return {
    name,
    ok: false,
    detail: 'The login lacks this right.',
    remedy: `In master: CREATE USER ${quoteName(username)} FOR LOGIN ${quoteName(username)}; ALTER ROLE dbmanager ADD MEMBER ${quoteName(username)};`,
  }
}

/** Everything of an instance is done under a lock in `master`. */
async function checkLock(session: Session, signal: AbortSignal): Promise<ServerCheck> {
  const name = 'lock'
  try {
    const nobody = { installationId: 'test', instanceId: `session ${(await ask(session, '@@spid')) ?? ''}`, epoch: 0 }
    await lockInstance(session, nobody, signal)
    return { name, ok: true, detail: 'Locks are given in master.' }
  } catch (error) {
    if (!isRefusal(error)) throw error
    return {
      name,
      ok: false,
      detail: 'No lock is given in master.',
      remedy: 'Let the login execute sys.sp_getapplock in master.',
    }
  }
}

/** A login without a user in `master` cannot enter there, which it need not; its password is right then. */
async function checkLogin(
  session: Session,
  settings: Settings,
  login: Login,
  signal: AbortSignal,
): Promise<ServerCheck> {
  const check = await checkRegisteredLogin(session, settings, login, signal)
  if (check.ok || !/\b(?:916|4060)\b/.test(check.detail)) return check
  const detail = `The login ${login.username} has no user in master, so whether it can sign in is seen with an instance.`
  return { name: check.name, ok: true, detail }
}

async function checkTemplate(session: Session, key: string, entry: Json): Promise<ServerCheck> {
  const name = `template:${key}`
  try {
    const { database } = readTemplate(entry)
    const found = await findDatabase(session, database)
    if (!found)
      return { name, ok: false, detail: 'There is no such database.', remedy: 'Give the name of one of the server.' }
    if (found.state !== 'online') return { name, ok: false, detail: 'It is not online.', remedy: 'Wait until it is.' }
    if (!(await mayCopy(session, found.name)))
      return {
        name,
        ok: false,
        detail: 'The login is no owner of it, and so may not copy it.',
        remedy: `In ${quoteName(database)}: CREATE USER … FOR LOGIN …; ALTER ROLE db_owner ADD MEMBER …;`,
      }
    return { name, ok: true, detail: 'Online, and the login may copy it.' }
  } catch (error) {
    if (!isFailure(error) || error.code === 'server_unreachable' || error.code === 'job_cancelled') throw error
    return { name, ok: false, detail: error.message, remedy: 'Give {"database": "…"} as it is there.' }
  }
}

/** https://learn.microsoft.com/azure/azure-sql/database/database-copy: an owner of the source may. */
async function mayCopy(session: Session, database: string): Promise<boolean> {
  const text = `select is_rolemember(N'db_owner') as allowed`
  try {
    const [row] = await inside(session, database, text, (all, there) => there.query<{ allowed: number | null }>(all))
    return row?.allowed === 1
  } catch (error) {
    if (isRefusal(error)) return false
    throw error
  }
}
