import { buildTemplate, type TemplateKind } from '@edfi-tenants/sample-ods'
import { escapeIdentifier } from 'pg'
import { urlFor, withClient } from './logins.js'

/** Template name → its database, as a database server is told. */
export const templates = {
  minimal: 'EdFi_Ods_Minimal_Template',
  populated: 'EdFi_Ods_Populated_Template',
} as const satisfies Record<TemplateKind, string>

/** Rights come along with every copy, so that none has to be granted per instance. */
async function grantRights(templateUrl: string, username: string): Promise<void> {
  await withClient(templateUrl, async (client) => {
    const found = await client.query<{ name: string }>(
      `select nspname::text as name from pg_namespace
       where nspname not in ('public', 'information_schema') and nspname not like 'pg\\_%'`,
    )
    const schemas = found.rows.map(({ name }) => escapeIdentifier(name)).join(', ')
    const role = escapeIdentifier(username)
    await client.query(`grant usage on schema ${schemas} to ${role};
      grant select, insert, update, delete on all tables in schema ${schemas} to ${role};
      grant usage, select, update on all sequences in schema ${schemas} to ${role};
      grant execute on all routines in schema ${schemas} to ${role}`)
  })
}

async function isSealed(adminUrl: string, databaseName: string): Promise<boolean> {
  return withClient(adminUrl, async (client) => {
    const found = await client.query(
      'select from pg_database where datname = $1 and datistemplate and not datallowconn',
      [databaseName],
    )
    return found.rowCount === 1
  })
}

/**
 * Builds one sample template, owned by the login of `adminUrl`, with the registered login's rights in it, and closes it
 * to connections. Does nothing when that has been done before.
 */
export async function ensureTemplate(adminUrl: string, kind: TemplateKind, registeredLogin: string): Promise<void> {
  const databaseName = templates[kind]
  if (await isSealed(adminUrl, databaseName)) return
  await buildTemplate({ adminUrl, databaseName, kind, seal: false })
  await grantRights(urlFor(adminUrl, { database: databaseName }), registeredLogin)
  await withClient(adminUrl, (client) =>
    client.query(`alter database ${escapeIdentifier(databaseName)} with is_template true allow_connections false`),
  )
}
