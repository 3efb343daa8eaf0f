import { isFailure, type Json } from '@edfi-tenants/core'
import type { Operation, Server, ServerCheck, ServerReport, TestServer } from '@edfi-tenants/provisioner'
import {
  checkRegisteredLogin,
  findDatabase,
  isRefusal,
  onMaintenance,
  readDatabases,
  readFacts,
  readTemplate,
  serverChecks,
  type Session,
} from '@edfi-tenants/provisioner-mssql'

/** Tries all that this server is needed for, as far as that changes nothing; fails where it cannot be connected to. */
export const testServer = (
  server: Server,
  { templates, registeredLogin, ownLogins }: TestServer,
  operation: Operation,
): Promise<ServerReport> =>
  onMaintenance(server, operation, async (session, settings) => {
    const facts = await readFacts(session)
    const checks = serverChecks(facts, server, ownLogins).map(forRds)
    checks.push(await checkTasks(session), await checkSingleZone(session))
    if (registeredLogin) checks.push(await checkRegisteredLogin(session, settings, registeredLogin, operation.signal))
    for (const [name, template] of Object.entries(templates))
      checks.push(await checkTemplate(session, `template:${name}`, template))
    return { serverVersion: facts.version, checks, databases: await readDatabases(session) }
  })

/** Nobody on RDS can give server roles: the master user has the rights, and can grant them. */
const forRds = (check: ServerCheck): ServerCheck =>
  check.name === 'create-databases' && !check.ok
    ? { ...check, remedy: 'As the master user: GRANT CREATE ANY DATABASE TO the login.' }
    : check

async function checkTasks(session: Session): Promise<ServerCheck> {
  const missing: string[] = []
  for (const name of ['rds_restore_database', 'rds_backup_database', 'rds_task_status', 'rds_cancel_task'])
    if (!(await isSo(session, `has_perms_by_name(N'msdb.dbo.${name}', N'OBJECT', N'EXECUTE')`))) missing.push(name)
  const name = 'native-backup'
  if (missing.length === 0) return { name, ok: true, detail: 'The login may have RDS back up and restore.' }
  return {
    name,
    ok: false,
    detail: `Not there, or not for this login: ${missing.join(', ')}.`,
    remedy:
      'Add the option SQLSERVER_BACKUP_RESTORE with its IAM role to the option group, and grant EXECUTE on the procedures in msdb.',
  }
}

/** RDS renames no database of a Multi-AZ instance, and every create ends with a rename. */
async function checkSingleZone(session: Session): Promise<ServerCheck> {
  const name = 'single-az'
  return (await isSo(session, `serverproperty(N'IsHadrEnabled')`))
    ? {
        name,
        ok: false,
        detail: 'A Multi-AZ instance: RDS cannot rename databases there.',
        remedy: 'Turn Multi-AZ off for this DB instance.',
      }
    : { name, ok: true, detail: 'No availability group: databases can be renamed.' }
}

async function isSo(session: Session, expression: string): Promise<boolean> {
  try {
    const [row] = await session.query<{ value: string | null }>(`select convert(nvarchar(400), ${expression}) as value`)
    return row?.value === '1'
  } catch (error) {
    if (isRefusal(error)) return false
    throw error
  }
}

async function checkTemplate(session: Session, name: string, entry: Json): Promise<ServerCheck> {
  const remedy = 'Give {"database": "…"} or {"backup": "arn:aws:s3:::…"} as it is there.'
  try {
    const template = readTemplate(entry)
    if ('backup' in template)
      return { name, ok: true, detail: 'Whether S3 has the object shows when it is restored; RDS cannot be asked.' }
    const found = await findDatabase(session, template.database)
    if (!found) return { name, ok: false, detail: 'There is no such database.', remedy }
    return found.state === 'online'
      ? { name, ok: true, detail: 'Online.' }
      : { name, ok: false, detail: 'It is not online.', remedy: 'Bring it online.' }
  } catch (error) {
    if (!isFailure(error) || error.code !== 'settings_invalid') throw error
    return { name, ok: false, detail: error.message, remedy }
  }
}
