import type { Database } from './database.js'
import type { RegisteredLoginKind } from './database-servers.js'

/** What ODS/API's settings say of an instance, still sealed. */
export interface OdsConfigurationRow {
  instanceId: string
  odsInstanceId: number
  server: string
  registeredLogin: RegisteredLoginKind
  registeredString: string
  derivatives: { derivativeType: string; registeredString: string }[]
}

/**
 * A tenant's instances in use whose connection strings are on record, by their ids in Admin API. Others are not there:
 * ODS/API reads theirs from its own database.
 */
export const readOdsConfiguration = (database: Database, tenant: string): Promise<OdsConfigurationRow[]> =>
  database.query<OdsConfigurationRow>(
    `SELECT i.id AS "instanceId", i.ods_instance_id AS "odsInstanceId", d.name AS server, d.registered_login AS "registeredLogin",
       i.registered_string AS "registeredString", coalesce((
         SELECT json_agg(json_build_object('derivativeType', v.derivative_type, 'registeredString', v.registered_string) ORDER BY v.derivative_type)
         FROM instance_derivatives v WHERE v.instance_id = i.id AND v.registered_string IS NOT NULL), '[]') AS derivatives
     FROM instances i JOIN database_servers d ON d.id = i.server_id
     WHERE i.tenant = $1 AND i.status IN ('active', 'stopped') AND i.ods_instance_id IS NOT NULL AND i.registered_string IS NOT NULL
     ORDER BY i.ods_instance_id`,
    [tenant],
  )
