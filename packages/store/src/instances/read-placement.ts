import type { DatabaseEngine, Json } from '@edfi-tenants/core'
import type { Database } from '../database.js'
import { odsRouteColumn, type OdsRoute } from './instance-row.js'

/** A database server that a tenant may use, as far as placing an instance needs it. */
export interface PlacementServer {
  id: string
  name: string
  engine: string
  databaseEngine: DatabaseEngine
  templates: Record<string, Json>
  workerPool: string
  maxInstances: number | null
  /** Instances on it now; 0 where no limit asks for it. */
  instances: number
}

/** Everything that placing a new instance of a tenant depends on, read at one moment. */
export interface Placement {
  tenant: string
  /** Empty in a single-tenant environment: all its tenants share one Admin API tenant, and its names. */
  adminTenant: string
  environmentId: string
  environment: string
  databaseEngine: DatabaseEngine
  odsRoute: OdsRoute
  defaultServer: string | null
  defaultTemplate: string | null
  defaultInstanceType: string | null
  databaseNamePattern: string | null
  maxInstances: number | null
  /** Instances of the tenant now; 0 where no limit asks for it. */
  instances: number
  servers: PlacementServer[]
}

const select = `
  SELECT t.name AS tenant, CASE WHEN e.multi_tenant THEN t.admin_tenant ELSE '' END AS "adminTenant", e.id AS "environmentId", e.name AS environment, e.engine AS "databaseEngine", ${odsRouteColumn},
    t.default_server AS "defaultServer", t.default_template AS "defaultTemplate", t.default_instance_type AS "defaultInstanceType",
    t.database_name_pattern AS "databaseNamePattern", t.max_instances AS "maxInstances",
    CASE WHEN t.max_instances IS NULL THEN 0 ELSE (SELECT count(*)::integer FROM instances i WHERE i.tenant = t.name AND i.name_held) END AS instances,
    coalesce((
      SELECT json_agg(json_build_object('id', d.id, 'name', d.name, 'engine', d.engine, 'databaseEngine', d.database_engine, 'templates', d.templates,
        'workerPool', d.worker_pool, 'maxInstances', d.max_instances, 'instances', CASE WHEN d.max_instances IS NULL THEN 0 ELSE
          (SELECT count(*) FROM instances i WHERE i.server_id = d.id AND i.name_held) END) ORDER BY lower(d.name))
      FROM database_servers d WHERE d.deleted_at IS NULL
        AND (cardinality(d.tenants) = 0 OR EXISTS (SELECT FROM unnest(d.tenants) AS allowed WHERE lower(allowed) = lower(t.name)))
    ), '[]') AS servers
  FROM tenants t JOIN environments e ON e.id = t.environment_id
  WHERE lower(t.name) = ANY($1) AND t.deleted_at IS NULL`

/** Reads it for a tenant by name, ignoring case; null when there is no such tenant. */
export async function readPlacement(database: Database, tenant: string): Promise<Placement | null> {
  const [row] = await readPlacements(database, [tenant])
  return row ?? null
}

/** Reads it for those of the tenants that there are. */
export const readPlacements = (database: Database, tenants: readonly string[]): Promise<Placement[]> =>
  database.query<Placement>(select, [tenants.map((tenant) => tenant.toLowerCase())], 'read-placement')
