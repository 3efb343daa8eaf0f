import type { Database } from '../database.js'

/** How many instances tenants (by exact name) and database servers (by id) have: those whose names are held. */
export async function countInstances(
  database: Database,
  of: { tenants: readonly string[]; serverIds: readonly string[] },
): Promise<{ tenants: ReadonlyMap<string, number>; servers: ReadonlyMap<string, number> }> {
  const rows = await database.query<{ tenant: string | null; server: string | null; instances: number }>(
    `SELECT tenant, NULL::uuid AS server, count(*)::integer AS instances FROM instances WHERE name_held AND tenant = ANY($1) GROUP BY tenant
     UNION ALL
     SELECT NULL, server_id, count(*)::integer FROM instances WHERE name_held AND server_id = ANY($2::uuid[]) GROUP BY server_id`,
    [of.tenants, of.serverIds],
  )
  return {
    tenants: new Map(rows.flatMap(({ tenant, instances }) => (tenant === null ? [] : [[tenant, instances]]))),
    servers: new Map(rows.flatMap(({ server, instances }) => (server === null ? [] : [[server, instances]]))),
  }
}
