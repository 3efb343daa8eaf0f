import { Client, escapeIdentifier, escapeLiteral } from 'pg'

/** A login of a database server. */
export interface DatabaseLogin {
  username: string
  password: string
}

/** What the logins of a reference database server are called. */
export const loginNames = { admin: 'edfi_admin', registered: 'ods_api', control: 'edfi_tenants' } as const

/** The control database's name; its owner has the same one. */
export const controlDatabaseName = 'edfi_tenants'

/** Runs `work` on a connection of its own. */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, application_name: 'edfi-tenants setup' })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** The same address with another login or database. */
export function urlFor(url: string, to: { login?: DatabaseLogin; database?: string }): string {
  const result = new URL(url)
  if (to.login) {
    result.username = encodeURIComponent(to.login.username)
    result.password = encodeURIComponent(to.login.password)
  }
  if (to.database !== undefined) result.pathname = `/${encodeURIComponent(to.database)}`
  return result.href
}

async function ensureLogin(client: Client, login: DatabaseLogin, attributes: string): Promise<void> {
  const role = escapeIdentifier(login.username)
  const found = await client.query('select from pg_roles where rolname = $1', [login.username])
  await client.query(
    `${found.rowCount ? 'alter' : 'create'} role ${role} login nosuperuser ${attributes} password ${escapeLiteral(login.password)}`,
  )
}

/**
 * Makes the two logins that a database server is registered with, or gives them these passwords: the privileged one, which
 * is no superuser (see docs/provisioners/postgresql.md), and the one that ODS/API logs in with.
 */
export async function ensureServerLogins(
  superuserUrl: string,
  logins: { admin: DatabaseLogin; registered: DatabaseLogin },
): Promise<void> {
  await withClient(superuserUrl, async (client) => {
    await ensureLogin(client, logins.admin, 'createdb createrole')
    await ensureLogin(client, logins.registered, 'nocreatedb nocreaterole')
    const admin = escapeIdentifier(logins.admin.username)
    await client.query(`grant pg_signal_backend, pg_monitor to ${admin}`)
  })
}

/** Makes the control database with a login of its own that nobody else's databases are open to, and the other way round. */
export async function ensureControlDatabase(superuserUrl: string, login: DatabaseLogin): Promise<void> {
  await withClient(superuserUrl, async (client) => {
    await ensureLogin(client, login, 'nocreatedb nocreaterole')
    const database = escapeIdentifier(controlDatabaseName)
    const found = await client.query('select from pg_database where datname = $1', [controlDatabaseName])
    if (!found.rowCount) await client.query(`create database ${database} owner ${escapeIdentifier(login.username)}`)
    await client.query(`revoke connect, temporary on database ${database} from public`)
  })
}
