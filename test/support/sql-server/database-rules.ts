import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FakeDatabase } from './fake-sql-server.js'
import { any, name, parameter, rule, text, unname, unsupported, untext, type Rule, type Run } from './rule.js'
import { SqlError, type SqlRows } from './start-tds-server.js'

const state = /^(?:set )?(single_user|multi_user|restricted_user|offline|online|read_write|new_broker)/i

function alterDatabase(database: FakeDatabase, change: string, run: Run): void {
  const { session } = run
  const { server } = session
  if (!session.isOwnerOf(database)) throw new SqlError(5011, 'No permission, or no such database.')
  const renamed = new RegExp(`^modify name = ${name}`, 'i').exec(change)?.[1]
  if (renamed !== undefined) {
    const to = unname(renamed)
    if (server.find(to)) throw new SqlError(server.options.likeness ? 33557097 : 1801, 'Exists already.')
    if ([...server.sessions].some((each) => each !== session && each.database === database))
      throw new SqlError(5030, 'Could not be exclusively locked.')
    database.name = server.spelt(to)
    // As documented: the date a database was created or renamed.
    if (!server.options.likeness) database.created = new Date().toISOString().slice(0, 23)
    return
  }
  unsupported(run)
  const word = state.exec(change)?.[1]?.toUpperCase()
  const others = [...server.sessions].filter((each) => each !== session && each.database === database)
  if (database.access === 'SINGLE_USER' && others.length > 0 && word !== 'SINGLE_USER')
    throw new SqlError(5064, 'In single-user mode, and somebody is on it.')
  if (word === 'ONLINE') database.state = 'ONLINE'
  else if (database.state === 'OFFLINE') throw new SqlError(5069, 'ALTER DATABASE statement failed.')
  else if (word === 'OFFLINE') {
    if (session.database === database) throw new SqlError(5070, 'Used by ourselves.')
    server.endSessions(database, session)
    database.state = 'OFFLINE'
  } else if (word === 'READ_WRITE') database.readOnly = false
  else if (word === 'NEW_BROKER') database.broker = randomUUID().toUpperCase()
  else {
    if (/rollback immediate/i.test(change)) server.endSessions(database, session)
    database.access = word as FakeDatabase['access']
  }
}

function setProperty({ session }: Run, key: string, value: string | null): void {
  if (value === null) session.database.properties.delete(key)
  else session.database.properties.set(key, value)
}

function catalogue(condition: string, full: boolean, run: Run): SqlRows {
  const wanted = parameter(run, 'name').toLowerCase()
  const prefix = parameter(run, 'prefix')
  return run.session.server.databases
    .filter(
      (each) =>
        condition === '1 = 1' ||
        each.name.toLowerCase() === wanted ||
        (prefix !== '' && each.name.toLowerCase().startsWith(prefix)),
    )
    .sort((one, other) => one.name.localeCompare(other.name))
    .map((each) => ({
      name: each.name,
      database_id: each.id,
      created: each.created,
      ...(full
        ? {
            broker: each.broker,
            state_desc: each.state,
            user_access_desc: each.access,
            collation: 'SQL_Latin1_General_CP1_CI_AS',
          }
        : {}),
    }))
}

async function backup([source, place]: string[], run: Run): Promise<void> {
  unsupported(run)
  const { server } = run.session
  const database = server.get(unname(source))
  if (database.state !== 'ONLINE') throw new SqlError(3013, 'Terminating.', 1, [new SqlError(942, 'Offline.')])
  await takes(10, run)
  server.backups.set(untext(place), {
    ...database,
    properties: new Map(database.properties),
    tables: new Map(database.tables),
  })
}

const backupAt = (place: string | undefined, run: Run): FakeDatabase => {
  unsupported(run)
  const found = run.session.server.backups.get(untext(place))
  if (!found) throw new SqlError(3013, 'Terminating abnormally.', 1, [new SqlError(3201, 'Cannot open backup device.')])
  return found
}

async function restore([target, place, moves = '']: string[], run: Run): Promise<void> {
  const { server, login } = run.session
  const source = backupAt(place, run)
  for (const file of source.files)
    if (!moves.includes(`move N'${file.name.replaceAll("'", "''")}' to`))
      throw new SqlError(3234, `No MOVE of ${file.name}.`)
  const made = server.copy(source, unname(target), login.sid)
  made.state = 'RESTORING'
  await takes(20, run)
  made.state = 'ONLINE'
}

const takes = (ms: number, { signal }: Run): Promise<void> => sleep(ms, undefined, { signal })

/** Databases and the catalogue of them. */
export const databaseRules: Rule[] = [
  rule(
    String.raw`select name, database_id, convert\(nvarchar\(33\), create_date, 126\) as created(,${any})?\s*from sys\.databases where (.+) order by name`,
    ([more, condition = ''], run) => catalogue(condition, more !== undefined, run),
  ),
  rule(String.raw`select database_id as id, sum\(${any}from sys\.master_files group by database_id`, (_, run) => {
    unsupported(run)
    return run.session.server.databases.map(({ id }) => ({ id, bytes: 16n * 1024n * 1024n }))
  }),
  rule(
    String.raw`select convert\(nvarchar\(4000\), value\) as marker from sys\.extended_properties where class = 0 and name = ${text}`,
    ([key = ''], { session }) => {
      const marker = session.database.properties.get(key)
      return marker === undefined ? [] : [{ marker }]
    },
  ),
  rule(
    String.raw`if isnull\(\(select ${any}and name = ${text}\), N''\)\s*<> ${text}\s*begin;\s*throw (\d+), ${text}, 1;\s*end`,
    ([key = '', expected, number], { session }) => {
      if ((session.database.properties.get(key) ?? '') !== untext(expected))
        throw new SqlError(Number(number), 'Changed.')
    },
  ),
  rule(
    String.raw`if exists \(${any}\)\s*exec sys\.sp_updateextendedproperty ${any}\s*else\s*exec sys\.sp_addextendedproperty @name = ${text}, @value = ${text}`,
    ([key = '', value], run) => setProperty(run, key, untext(value)),
  ),
  rule(String.raw`exec sys\.sp_dropextendedproperty @name = ${text}`, ([key = ''], run) => setProperty(run, key, null)),
  rule(`create database ${name}`, async ([database], run) => {
    await takes(5, run)
    run.session.server.create(unname(database), run.session.login.sid)
  }),
  rule(`drop database ${name}`, ([database], { session }) => {
    const found = session.server.get(unname(database))
    if (!session.isOwnerOf(found)) throw new SqlError(3701, 'Cannot drop.')
    session.server.drop(found)
  }),
  rule(
    `alter database (?:current|${name}) (modify name = ${name}|set \\w+(?: with rollback immediate)?)`,
    ([database, change = ''], run) =>
      alterDatabase(
        database === undefined ? run.session.database : run.session.server.get(unname(database)),
        change,
        run,
      ),
  ),
  rule(`alter authorization on database::${name} to ${name}`, ([database, login], { session }) => {
    const { sid } = session.server.logins.get(unname(login)) ?? {}
    const found = session.server.get(unname(database))
    if (found.owner !== sid && [...found.users.values()].some((user) => user.sid === sid))
      throw new SqlError(15110, 'The proposed new database owner is already a user or aliased in the database.')
  }),
  rule(`backup database ${name} to (?:disk|url) = ${text}\\s*with copy_only[a-z_, ]*`, backup),
  rule(`restore filelistonly from (?:disk|url) = ${text}`, ([place], run) =>
    backupAt(place, run).files.map((file) => ({ LogicalName: file.name, PhysicalName: 'x', Type: file.type })),
  ),
  rule(`restore database ${name} from (?:disk|url) = ${text}\\s*with ([^;]*), recovery`, restore),
  rule(`exec master\\.sys\\.xp_delete_files @path`, () => {
    throw new SqlError(229, 'EXECUTE was denied.')
  }),
]
