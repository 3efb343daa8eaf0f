import { buildLargeTemplate, buildTemplate } from '@edfi-tenants/sample-ods'
import pg from 'pg'
import { urlFor, withClient } from '../../scripts/reference/logins.js'

/** The minimal sample, or one with as many tables as a whole ODS. */
export type TemplateSize = 'minimal' | 'large'

/** The names that templates get on the database server. */
export const templateNames: Record<TemplateSize, string> = {
  minimal: 'Bench_Minimal_Ods',
  large: 'Bench_Large_Ods',
}

/**
 * Builds a template as a host would have it: owned by the login of `adminUrl`, with the rights of the shared login in it,
 * which come along with every copy, and closed to connections.
 */
export async function buildBenchTemplate(adminUrl: string, size: TemplateSize, sharedLogin: string): Promise<void> {
  const databaseName = templateNames[size]
  if (size === 'large') await buildLargeTemplate({ adminUrl, databaseName, seal: false })
  else await buildTemplate({ adminUrl, databaseName, kind: 'minimal', seal: false })
  await withClient(urlFor(adminUrl, { database: databaseName }), async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `SELECT nspname AS name FROM pg_namespace
       WHERE nspname NOT IN ('public', 'information_schema') AND nspname NOT LIKE 'pg\\_%'`,
    )
    const schemas = rows.map(({ name }) => pg.escapeIdentifier(name)).join(', ')
    const role = pg.escapeIdentifier(sharedLogin)
    await client.query(`GRANT USAGE ON SCHEMA ${schemas} TO ${role};
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schemas} TO ${role};
      GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA ${schemas} TO ${role};
      GRANT EXECUTE ON ALL ROUTINES IN SCHEMA ${schemas} TO ${role}`)
  })
  await withClient(adminUrl, (client) =>
    client.query(`ALTER DATABASE ${pg.escapeIdentifier(databaseName)} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false`),
  )
}
