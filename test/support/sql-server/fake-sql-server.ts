import { randomUUID } from 'node:crypto'
import { SqlError, type SqlRows, type TdsModel, type TdsSession } from './start-tds-server.js'
import { runStatements } from './statements.js'
import type { TdsLogin, TdsStatement } from './tds-requests.js'

/** A database of the model. */
export interface FakeDatabase {
  id: number
  name: string
  created: string
  broker: string
  owner: string
  state: 'ONLINE' | 'OFFLINE' | 'RESTORING' | 'COPYING' | 'SUSPECT'
  access: 'MULTI_USER' | 'SINGLE_USER' | 'RESTRICTED_USER'
  readOnly: boolean
  properties: Map<string, string>
  /** By name: the SID of its login, and whether it may connect, read and write, and execute. */
  users: Map<string, FakeUser>
  /** Rows by table of schema `edfi`. */
  tables: Map<string, number>
  files: { name: string; type: string }[]
}

export interface FakeUser {
  sid: string
  connect: 'granted' | 'denied' | 'none'
  roles: Set<string>
}

export interface FakeLogin {
  name: string
  password: string
  sid: string
  enabled: boolean
  defaultDatabase: string
  isAdmin: boolean
}

/** How the model differs from SQL Server, and what it is to refuse. */
export interface FakeOptions {
  /** Like SQL Server, but without RESTORE, BACKUP and access modes, with lower-case names and generic error numbers. */
  likeness?: boolean
  /** Azure SQL Database: no USE, RESTORE, BACKUP, access modes; copies of its own making. */
  azure?: boolean
}

/** What was sent by whom, in which order. */
export interface SentStatement extends TdsStatement {
  session: number
  username: string
  database: string
}

/** A connection to the model. */
export class FakeSession implements TdsSession {
  database: FakeDatabase
  transaction: { undo: () => void; locks: string[] } | null = null
  kill?: () => void

  constructor(
    readonly server: FakeSqlServer,
    readonly id: number,
    readonly login: FakeLogin,
    database: FakeDatabase,
  ) {
    this.database = database
  }

  async execute(statement: TdsStatement, signal: AbortSignal): Promise<SqlRows[]> {
    if (/^set ansi_nulls/.test(statement.text)) return []
    this.server.sent.push({
      ...statement,
      session: this.id,
      username: this.login.name,
      database: this.database.name,
    })
    await this.server.before?.(statement, signal)
    const before = this.database
    const results: SqlRows[] = []
    try {
      await runStatements(statement.text, { session: this, statement, results, signal })
      return results
    } finally {
      if (statement.parameters && this.server.databases.includes(before)) this.database = before
    }
  }

  close(): void {
    this.rollback()
    this.server.sessions.delete(this)
    for (const [resource, holder] of this.server.locks) if (holder === this) this.server.locks.delete(resource)
  }

  begin(): void {
    const { database } = this
    const [properties, tables] = [new Map(database.properties), new Map(database.tables)]
    this.transaction ??= { undo: () => Object.assign(database, { properties, tables }), locks: [] }
  }

  rollback(): void {
    this.transaction?.undo()
    this.commit()
  }

  commit(): void {
    for (const resource of this.transaction?.locks ?? []) this.server.locks.delete(resource)
    this.transaction = null
  }

  isOwnerOf(database: FakeDatabase): boolean {
    const { isAdmin, sid } = this.login
    const users = [...database.users.values()]
    return isAdmin || database.owner === sid || users.some((user) => user.sid === sid && user.roles.has('db_owner'))
  }

  /** Throws with what a connection to a database, or USE, is refused. */
  enter(database: FakeDatabase): void {
    const user = [...database.users.values()].find(({ sid }) => sid === this.login.sid)
    if (database.state !== 'ONLINE') throw new SqlError(942, `Database '${database.name}' is offline.`)
    // A denial counts for members of db_owner too; only the owner himself has no user that it could count for.
    const isDbo = this.login.isAdmin || database.owner === this.login.sid
    if (database.name !== 'master' && !isDbo && user?.connect !== 'granted')
      throw new SqlError(916, 'The principal may not use the database.')
    if (database.access === 'RESTRICTED_USER' && !this.isOwnerOf(database)) throw new SqlError(927, 'Restricted.')
    const others = [...this.server.sessions].filter((each) => each !== this && each.database === database)
    if (database.access === 'SINGLE_USER' && others.length > 0) throw new SqlError(924, 'Already open.')
    this.database = database
  }
}

/** SQL Server as far as the provisioner uses it, in memory; what is not known is an error, never an empty success. */
export class FakeSqlServer implements TdsModel {
  readonly databases: FakeDatabase[] = []
  readonly logins = new Map<string, FakeLogin>()
  readonly sessions = new Set<FakeSession>()
  readonly locks = new Map<string, FakeSession>()
  /** Copies that Azure is making, or has given up with a number and a message. */
  readonly copies = new Map<FakeDatabase, { startedAt: number; error: [number, string] | null }>()
  /** How long such a copy takes, whether it fails, and what the login may not see. */
  copyMs = 30
  failCopies = false
  /** Whether the statement that begins a copy lasts until its end. */
  copyBlocks = false
  hideCopies = false
  hideLogins = false
  readonly backups = new Map<string, FakeDatabase>()
  readonly sent: SentStatement[] = []
  /** Called before each statement; what it throws is the server's answer. */
  before: ((statement: TdsStatement, signal: AbortSignal) => void | Promise<void>) | undefined
  /** Called before each single statement of a batch, with its text; what it gives is the server's answer. */
  refuse: ((text: string) => SqlError | undefined) | undefined
  #sessions = 50

  constructor(readonly options: FakeOptions = {}) {
    for (const name of ['master', 'tempdb', 'model', 'msdb']) this.create(name, 'sa')
  }

  addLogin(name: string, password: string, isAdmin = false): FakeLogin {
    const sid = `0x${randomUUID().replaceAll('-', '').toUpperCase()}`
    const login = { name, password, sid, enabled: true, defaultDatabase: 'master', isAdmin }
    this.logins.set(name, login)
    return login
  }

  create(name: string, owner: string): FakeDatabase {
    if (this.find(name))
      throw new SqlError(this.options.likeness ? 33557097 : 1801, `Database '${name}' already exists.`)
    let id = 1
    while (this.databases.some((each) => each.id === id)) id++
    const database: FakeDatabase = {
      id,
      name: this.spelt(name),
      created: new Date().toISOString().slice(0, 23),
      broker: this.options.likeness ? '00000000-0000-0000-0000-000000000000' : randomUUID().toUpperCase(),
      owner,
      state: 'ONLINE',
      access: 'MULTI_USER',
      readOnly: false,
      properties: new Map(),
      users: new Map(),
      tables: new Map(),
      files: [
        { name, type: 'D' },
        { name: `${name}_log`, type: 'L' },
      ],
    }
    this.databases.push(database)
    return database
  }

  /** A copy of everything but what makes a database that database. */
  copy(source: FakeDatabase, name: string, owner: string): FakeDatabase {
    const copied = this.create(name, owner)
    const users = [...source.users].map(([user, each]) => [user, { ...each, roles: new Set(each.roles) }] as const)
    return Object.assign(copied, {
      broker: source.broker,
      readOnly: source.readOnly,
      access: source.access,
      properties: new Map(source.properties),
      users: new Map(users),
      tables: new Map(source.tables),
      files: source.files,
    })
  }

  spelt(name: string): string {
    return this.options.likeness ? name.toLowerCase() : name
  }

  find(name: string): FakeDatabase | undefined {
    return this.databases.find((each) => each.name.toLowerCase() === name.toLowerCase())
  }

  get(name: string): FakeDatabase {
    const found = this.find(name)
    if (!found) throw new SqlError(911, `Database '${name}' does not exist.`)
    return found
  }

  drop(database: FakeDatabase): void {
    if ([...this.sessions].some((each) => each.database === database)) throw new SqlError(3702, 'Currently in use.')
    this.databases.splice(this.databases.indexOf(database), 1)
  }

  endSessions(database: FakeDatabase, except: FakeSession): void {
    for (const each of this.sessions)
      if (each !== except && each.database === database) {
        each.close()
        each.kill?.()
      }
  }

  login({ username, password, database }: TdsLogin): FakeSession {
    const login = this.logins.get(username)
    const refused = new SqlError(this.options.likeness ? 33557097 : 18456, 'Login failed.')
    if (!login || login.password !== password || !login.enabled) throw refused
    const found = this.find(database)
    const session = new FakeSession(this, ++this.#sessions, login, this.get('master'))
    try {
      session.enter(found ?? this.get(database))
    } catch {
      throw new SqlError(18456, 'Login failed.', 1, [new SqlError(4060, 'Cannot open database.')])
    }
    this.sessions.add(session)
    return session
  }
}
