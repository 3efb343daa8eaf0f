import type { DatabaseEngine, HealthStatus, InstanceOrigin, InstanceStatus, JsonObject } from '@edfi-tenants/core'
import { derivativesOfInstance, type DerivativeRow } from '../derivatives/derivatives.js'
import { isoTime } from '../jobs/job-row.js'

/** Where ODS/API of an environment is, and how its routes lead to instances. */
export interface OdsRoute {
  /** Null where none is on record. */
  baseUrl: string | null
  /** Null where it finds instances without contexts. */
  contextRouteTemplate: string | null
  multiTenant: boolean
}

/** SQL: the {@link OdsRoute} of environment `e`. */
export const odsRouteColumn = `json_build_object('baseUrl', e.ods_api ->> 'baseUrl', 'contextRouteTemplate', e.ods_api ->> 'contextRouteTemplate',
  'multiTenant', e.multi_tenant) AS "odsRoute"`

/** An instance as it stands in the store, with the names of what it belongs to. */
export interface InstanceRow {
  id: string
  number: number
  tenant: string
  environmentId: string
  environment: string
  adminTenant: string
  /** How ODS/API of its environment leads to it. */
  odsRoute: OdsRoute
  serverId: string
  server: string
  name: string
  displayName: string | null
  status: InstanceStatus
  statusReason: string | null
  instanceType: string
  contexts: Record<string, string>
  labels: Record<string, string>
  templateName: string
  templateVersion: string | null
  databaseName: string
  databaseIdentity: string | null
  databaseEngine: DatabaseEngine
  odsInstanceId: number | null
  odsVersion: string | null
  dataStandard: string | null
  origin: InstanceOrigin
  sourceInstanceId: string | null
  deletionProtection: boolean
  healthStatus: HealthStatus
  healthCheckedAt: string | null
  /** Since when it has its present health status. */
  healthSince: string | null
  /** What the last health check found, as it was recorded. */
  health: JsonObject | null
  /** The name of the database while the instance is deleted or being deleted; null: it has its own. */
  retiredName: string | null
  /** What a deleted instance needs to come back. Never a secret. */
  tombstone: JsonObject | null
  archivedAt: string | null
  derivatives: DerivativeRow[]
  nameHeld: boolean
  parameters: JsonObject
  parametersHash: string
  loginName: string | null
  /** Sealed. */
  loginPassword: string | null
  /** The connection string as it was registered. Sealed. */
  registeredString: string | null
  batchId: string | null
  ref: string | null
  activeJobId: string | null
  createdAt: string
  updatedAt: string
  deletedAt: string | null
  purgeAt: string | null
  expiresAt: string | null
}

/** The select list that makes an {@link InstanceRow} of `i` joined with environment `e` and database server `d`. */
export const instanceColumns = `i.id, i.number, i.tenant, i.environment_id AS "environmentId", e.name AS environment, i.admin_tenant AS "adminTenant",
  ${odsRouteColumn},
  i.server_id AS "serverId", d.name AS server, i.name, i.display_name AS "displayName", i.status, i.status_reason AS "statusReason",
  i.instance_type AS "instanceType", i.contexts, i.labels, i.template_name AS "templateName", i.template_version AS "templateVersion",
  i.database_name AS "databaseName", i.database_identity AS "databaseIdentity", d.database_engine AS "databaseEngine",
  i.ods_instance_id AS "odsInstanceId", i.ods_version AS "odsVersion", i.data_standard AS "dataStandard", i.origin,
  i.source_instance_id AS "sourceInstanceId", i.deletion_protection AS "deletionProtection", i.health_status AS "healthStatus",
  ${isoTime('i.health_checked_at')} AS "healthCheckedAt", ${isoTime('i.health_since')} AS "healthSince", i.health,
  i.retired_name AS "retiredName", i.tombstone, ${isoTime('i.archived_at')} AS "archivedAt", ${derivativesOfInstance} AS derivatives, i.name_held AS "nameHeld", i.parameters, i.parameters_hash AS "parametersHash",
  i.login_name AS "loginName", i.login_password AS "loginPassword", i.registered_string AS "registeredString", i.batch_id AS "batchId", i.ref,
  (SELECT a.id FROM jobs a WHERE a.instance_id = i.id AND a.changing AND a.finished_at IS NULL) AS "activeJobId",
  ${isoTime('i.created_at')} AS "createdAt", ${isoTime('i.updated_at')} AS "updatedAt", ${isoTime('i.deleted_at')} AS "deletedAt",
  ${isoTime('i.purge_at')} AS "purgeAt", ${isoTime('i.expires_at')} AS "expiresAt"`

/** Where {@link instanceColumns} come from. */
export const instanceTables = `instances i JOIN environments e ON e.id = i.environment_id JOIN database_servers d ON d.id = i.server_id`
