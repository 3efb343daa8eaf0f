import { boundParameter, type Bound } from '../jobs/read-jobs.js'
import type { Database } from '../database.js'

/** A credential that an instance's users have: of an application as a whole, or of one of its API clients. */
export interface HeldCredential {
  applicationId: number
  apiClientId: number | null
}

/** An instance as what the one of the next school year is made from. */
export interface RolloverSource {
  id: string
  tenant: string
  name: string
  displayName: string | null
  instanceType: string
  server: string
  templateName: string
  contexts: Record<string, string>
  labels: Record<string, string>
  databaseName: string
  /** The tenant's own; null: ours. */
  databaseNamePattern: string | null
  /** On our record, in the order in which they were asked for. */
  credentials: HeldCredential[]
}

/** Which instances are looked at; all that is given must fit. */
export interface RolloverSelection {
  /** Absent: of all tenants. */
  tenants?: readonly string[] | undefined
  labels?: Record<string, string> | undefined
  contexts?: Record<string, string> | undefined
  server?: string | undefined
}

/** Instances in use, or stopped, that a selection stands for within the bound, oldest first. */
export const readRolloverSources = (
  database: Database,
  selection: RolloverSelection,
  bound: Bound,
): Promise<RolloverSource[]> =>
  database.query<RolloverSource>(
    `SELECT i.id, i.tenant, i.name, i.display_name AS "displayName", i.instance_type AS "instanceType", d.name AS server,
       i.template_name AS "templateName", i.contexts, i.labels, i.database_name AS "databaseName", t.database_name_pattern AS "databaseNamePattern",
       coalesce((SELECT jsonb_agg(jsonb_build_object('applicationId', c.application_id, 'apiClientId', c.api_client_id) ORDER BY c.position)
         FROM instance_credentials c WHERE c.instance_id = i.id AND c.application_id IS NOT NULL), '[]') AS credentials
     FROM instances i JOIN database_servers d ON d.id = i.server_id JOIN tenants t ON t.name = i.tenant
     WHERE i.status IN ('active', 'stopped') AND ($1::text[] IS NULL OR lower(i.tenant) = ANY($1)) AND ($2::text[] IS NULL OR lower(i.tenant) = ANY($2))
       AND ($3::jsonb IS NULL OR i.labels @> $3) AND ($4::jsonb IS NULL OR i.contexts @> $4) AND ($5::text IS NULL OR lower(d.name) = lower($5))
     ORDER BY i.number`,
    [
      boundParameter(bound),
      selection.tenants?.map((tenant) => tenant.toLowerCase()) ?? null,
      selection.labels ? JSON.stringify(selection.labels) : null,
      selection.contexts ? JSON.stringify(selection.contexts) : null,
      selection.server ?? null,
    ],
  )
