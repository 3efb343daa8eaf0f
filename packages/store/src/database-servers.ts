import { randomUUID } from 'node:crypto'
import { Failure, type DatabaseEngine, type DeploymentHook, type Json, type JsonObject } from '@edfi-tenants/core'
import { liveInstance } from './environments.js'
import type { Prisma } from './generated/client.js'
import { isoTime } from './jobs/job-row.js'
import { nameTaken, type Records } from './records.js'

/** Whether ODS/API logs in with one login for all instances of a server, or each instance has its own. */
export type RegisteredLoginKind = 'shared' | 'perInstance'

/** A database server as it stands in the store, without secrets. */
export interface DatabaseServerRow {
  id: string
  name: string
  /** Name of the provisioner that serves it. */
  engine: string
  databaseEngine: DatabaseEngine
  settings: JsonObject
  username: string
  /** A reference, not a secret; null when the password itself is on record. */
  passwordFrom: string | null
  registeredLogin: RegisteredLoginKind
  registeredUsername: string | null
  registeredPasswordFrom: string | null
  templates: Record<string, Json>
  /** Tenants that may use it; empty: all. */
  tenants: string[]
  maxConcurrency: number
  maxInstances: number | null
  pool: string | null
  workerPool: string
  hooks: DeploymentHook[]
  /** What the last test found. */
  report: JsonObject | null
  reportedAt: string | null
  createdAt: string
  updatedAt: string
  deletedAt: string | null
}

/** A login; exactly one of password and passwordFrom is set. */
export interface SecretLogin {
  username: string
  password: string | null
  /** Where a worker reads the password, for example `env:TM_SECRET_…`. */
  passwordFrom: string | null
}

/** The logins of a database server, opened. `registered` is null where every instance has its own. */
export interface ServerCredentials extends SecretLogin {
  registered: SecretLogin | null
}

/** What a database server is made of. */
export interface NewDatabaseServer extends Pick<
  DatabaseServerRow,
  | 'name'
  | 'engine'
  | 'databaseEngine'
  | 'settings'
  | 'registeredLogin'
  | 'templates'
  | 'tenants'
  | 'maxConcurrency'
  | 'maxInstances'
  | 'pool'
  | 'workerPool'
> {
  credentials: SecretLogin
  registeredCredentials: SecretLogin | null
}

const columns = `d.id, d.name, d.engine, d.database_engine AS "databaseEngine", d.settings, d.username, d.password_from AS "passwordFrom",
  d.registered_login AS "registeredLogin", d.registered_username AS "registeredUsername", d.registered_password_from AS "registeredPasswordFrom",
  d.templates, d.tenants, d.max_concurrency AS "maxConcurrency", d.max_instances AS "maxInstances", d.pool, d.worker_pool AS "workerPool", d.hooks,
  d.report, ${isoTime('d.reported_at')} AS "reportedAt", ${isoTime('d.created_at')} AS "createdAt", ${isoTime('d.updated_at')} AS "updatedAt",
  ${isoTime('d.deleted_at')} AS "deletedAt"`

/** One server by id, also a deleted one; null when there never was one. */
export async function readServerById(store: Pick<Records, 'database'>, id: string): Promise<DatabaseServerRow | null> {
  const [row] = await store.database.query<DatabaseServerRow>(
    `SELECT ${columns} FROM database_servers d WHERE d.id = $1::uuid`,
    [id],
  )
  return row ?? null
}

/** One server by name, ignoring case; null when there is none. */
export async function readServer(store: Pick<Records, 'database'>, name: string): Promise<DatabaseServerRow | null> {
  const [row] = await store.database.query<DatabaseServerRow>(
    `SELECT ${columns} FROM database_servers d WHERE lower(d.name) = lower($1) AND d.deleted_at IS NULL`,
    [name],
  )
  return row ?? null
}

/**
 * The same as {@link readServer}, for a change: nobody else changes it until the transaction ends, so what was judged by
 * this row still holds when the change is written.
 */
export async function lockServer(records: Pick<Records, 'database'>, name: string): Promise<DatabaseServerRow | null> {
  await records.database.query(
    'SELECT id FROM database_servers WHERE lower(name) = lower($1) AND deleted_at IS NULL FOR UPDATE',
    [name],
  )
  return readServer(records, name)
}

/** Servers by name, from behind a name on; of one provisioner where `engine` is given. */
export function listServers(
  store: Pick<Records, 'database'>,
  filter: { engine?: string },
  page: { after: string | null; limit: number },
): Promise<DatabaseServerRow[]> {
  return store.database.query<DatabaseServerRow>(
    `SELECT ${columns} FROM database_servers d
     WHERE d.deleted_at IS NULL AND ($1::text IS NULL OR lower(d.name) > lower($1)) AND ($3::text IS NULL OR d.engine = $3)
     ORDER BY lower(d.name) LIMIT $2`,
    [page.after, page.limit, filter.engine ?? null],
  )
}

/** The servers that a tenant may use: those without limit, and those limited to it among others. By name. */
export function listServersOfTenant(store: Pick<Records, 'database'>, tenant: string): Promise<DatabaseServerRow[]> {
  return store.database.query<DatabaseServerRow>(
    `SELECT ${columns} FROM database_servers d
     WHERE d.deleted_at IS NULL AND (cardinality(d.tenants) = 0
       OR EXISTS (SELECT FROM unnest(d.tenants) AS allowed (name) WHERE lower(allowed.name) = lower($1)))
     ORDER BY lower(d.name)`,
    [tenant],
  )
}

/** The logins of a server, opened. Throws `not_found` when there never was one of this id. */
export async function openServerCredentials(
  store: Pick<Records, 'database' | 'sealer'>,
  id: string,
): Promise<ServerCredentials> {
  const [row] = await store.database.query<
    SecretLogin & { r_username: string | null; r_password: string | null; r_from: string | null }
  >(
    `SELECT username, password, password_from AS "passwordFrom", registered_username AS r_username, registered_password AS r_password,
       registered_password_from AS r_from FROM database_servers WHERE id = $1::uuid`,
    [id],
  )
  if (!row) throw new Failure('not_found', 'There is no such database server.')
  const open = (sealed: string | null, context: string) => (sealed === null ? null : store.sealer.open(sealed, context))
  return {
    username: row.username,
    password: open(row.password, contexts(id).password),
    passwordFrom: row.passwordFrom,
    registered:
      row.r_username === null
        ? null
        : {
            username: row.r_username,
            password: open(row.r_password, contexts(id).registeredPassword),
            passwordFrom: row.r_from,
          },
  }
}

/** Puts what a test of a server found on its record. */
export async function saveServerReport(
  store: Pick<Records, 'database'>,
  id: string,
  report: JsonObject,
): Promise<void> {
  await store.database.query(
    'UPDATE database_servers SET report = $2::jsonb, reported_at = now() WHERE id = $1::uuid',
    [id, JSON.stringify(report)],
  )
}

/** Makes a database server and its slots; `name_taken` when there is one of this name. */
export async function createServer(records: Records, server: NewDatabaseServer): Promise<DatabaseServerRow> {
  const id = randomUUID()
  await records.prisma.databaseServer
    .create({
      data: {
        id,
        name: server.name,
        ...plainData(server),
        ...adminData(records, id, server.credentials),
        ...registeredData(records, id, server.registeredCredentials),
      },
    })
    .catch(nameTaken('database server', server.name))
  await fitSlots(records, id, server.maxConcurrency)
  return mustRead(records, id)
}

/** Changes a database server and writes only what the change names; absent fields stay, and so do absent logins. */
export async function updateServer(
  records: Records,
  id: string,
  change: Partial<Omit<NewDatabaseServer, 'name' | 'engine' | 'databaseEngine'>>,
): Promise<DatabaseServerRow> {
  await records.database.query('SELECT id FROM database_servers WHERE id = $1::uuid FOR UPDATE', [id])
  const { credentials, registeredCredentials, settings, templates, ...plain } = change
  await records.prisma.databaseServer.update({
    where: { id },
    data: {
      ...plain,
      ...(settings === undefined ? {} : { settings: settings as Prisma.InputJsonObject }),
      ...(templates === undefined ? {} : { templates: templates as Prisma.InputJsonObject }),
      ...(credentials === undefined ? {} : adminData(records, id, credentials)),
      ...(registeredCredentials === undefined ? {} : registeredData(records, id, registeredCredentials)),
    },
  })
  if (change.maxConcurrency !== undefined) await fitSlots(records, id, change.maxConcurrency)
  return mustRead(records, id)
}

/** Takes a database server out of use; `still_in_use` while instances live on it or a tenant has it as its default. */
export async function deleteServer(records: Records, id: string): Promise<void> {
  // Whoever writes an instance on it holds a key lock on this row; after it no other can come.
  await records.database.query('SELECT id FROM database_servers WHERE id = $1::uuid FOR UPDATE', [id])
  const [users] = await records.database.query<{ tenants: string[] | null; instances: number }>(
    `SELECT (SELECT array_agg(t.name ORDER BY t.name) FROM tenants t, database_servers d
        WHERE d.id = $1::uuid AND t.deleted_at IS NULL AND lower(t.default_server) = lower(d.name)) AS tenants,
       (SELECT count(*)::integer FROM instances WHERE server_id = $1::uuid AND ${liveInstance}) AS instances`,
    [id],
  )
  if (users && users.instances > 0) throw new Failure('still_in_use', `${users.instances} instances live on it.`)
  if (users?.tenants)
    throw new Failure('still_in_use', `It is the default of these tenants: ${users.tenants.join(', ')}.`)
  await records.prisma.databaseServer.update({ where: { id }, data: { deletedAt: new Date() } })
}

/**
 * Gives a server slots 1 to `maxConcurrency`. Free ones above are removed; one that a job holds stays until that job
 * lets go of it, and is removed by {@link removeSurplusSlots}.
 */
async function fitSlots(records: Records, id: string, maxConcurrency: number): Promise<void> {
  await records.database.query(
    'INSERT INTO slots (server_id, number) SELECT $1::uuid, n FROM generate_series(1, $2::integer) AS n ON CONFLICT DO NOTHING',
    [id, maxConcurrency],
  )
  await removeSurplusSlots(records)
}

/** Removes free slots above their server's `maxConcurrency`; for sweeps, and after a change of that setting. */
export async function removeSurplusSlots(store: Pick<Records, 'database'>): Promise<void> {
  await store.database.query(
    `DELETE FROM slots USING database_servers d
     WHERE d.id = slots.server_id AND slots.number > d.max_concurrency AND slots.job_id IS NULL`,
  )
}

const contexts = (id: string) => ({
  password: `database_servers/${id}/password`,
  registeredPassword: `database_servers/${id}/registered_password`,
})

type PlainServer = Omit<NewDatabaseServer, 'name' | 'credentials' | 'registeredCredentials'>

const plainData = (server: PlainServer) => ({
  engine: server.engine,
  databaseEngine: server.databaseEngine,
  settings: server.settings as Prisma.InputJsonObject,
  registeredLogin: server.registeredLogin,
  templates: server.templates as Prisma.InputJsonObject,
  tenants: server.tenants,
  maxConcurrency: server.maxConcurrency,
  maxInstances: server.maxInstances,
  pool: server.pool,
  workerPool: server.workerPool,
})

const sealPassword = (records: Pick<Records, 'sealer'>, login: SecretLogin, context: string) =>
  login.password === null ? null : records.sealer.seal(login.password, context)

const adminData = (records: Pick<Records, 'sealer'>, id: string, login: SecretLogin) => ({
  username: login.username,
  password: sealPassword(records, login, contexts(id).password),
  passwordFrom: login.passwordFrom,
})

const registeredData = (records: Pick<Records, 'sealer'>, id: string, login: SecretLogin | null) => ({
  registeredUsername: login?.username ?? null,
  registeredPassword: login && sealPassword(records, login, contexts(id).registeredPassword),
  registeredPasswordFrom: login?.passwordFrom ?? null,
})

async function mustRead(records: Pick<Records, 'database'>, id: string): Promise<DatabaseServerRow> {
  const row = await readServerById(records, id)
  if (!row) throw new Failure('not_found', 'There is no such database server.')
  return row
}
