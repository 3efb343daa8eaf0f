import { Failure, type DatabaseEngine, type DeploymentHook } from '@edfi-tenants/core'
import { liveInstance } from './environments.js'
import { Prisma } from './generated/client.js'
import type { ArchivePolicy } from './archives/archive-policies.js'
import type { HealthPolicy } from './health/health-record.js'
import { isoTime } from './jobs/job-row.js'
import { boundParameter, type Bound } from './jobs/read-jobs.js'
import { nameTaken, type Records } from './records.js'
import type { TenantProvision } from './tenant-provision.js'

/** A tenant as it stands in the store, with the name and engine of its environment. */
export interface TenantRow {
  name: string
  displayName: string | null
  environmentId: string
  environment: string
  databaseEngine: DatabaseEngine
  /** The tenant's name in Admin API. */
  adminTenant: string
  defaultServer: string | null
  defaultTemplate: string | null
  defaultInstanceType: string | null
  databaseNamePattern: string | null
  maxInstances: number | null
  /** How often its instances are checked, and what counts as degraded; null: as for all. */
  healthPolicy: HealthPolicy | null
  /** How often its instances are archived, and what is kept; null: not by themselves. */
  archivePolicy: ArchivePolicy | null
  /** Its own Admin and Security databases, once they were made. */
  provisioned: Pick<TenantProvision, 'server' | 'adminDatabase' | 'securityDatabase' | 'finishedAt'> | null
  hooks: DeploymentHook[]
  createdAt: string
  updatedAt: string
  deletedAt: string | null
}

/** What of a tenant may change. */
export type TenantSettings = Pick<
  TenantRow,
  'displayName' | 'defaultServer' | 'defaultTemplate' | 'defaultInstanceType' | 'databaseNamePattern' | 'maxInstances'
> &
  Partial<Pick<TenantRow, 'healthPolicy' | 'archivePolicy'>>

const columns = `t.name, t.display_name AS "displayName", t.environment_id AS "environmentId", e.name AS environment, e.engine AS "databaseEngine",
  t.admin_tenant AS "adminTenant", t.default_server AS "defaultServer", t.default_template AS "defaultTemplate",
  t.default_instance_type AS "defaultInstanceType", t.database_name_pattern AS "databaseNamePattern", t.max_instances AS "maxInstances",
  t.health_policy AS "healthPolicy", t.archive_policy AS "archivePolicy",
  CASE WHEN t.provisioned ->> 'finishedAt' IS NOT NULL THEN t.provisioned END AS provisioned, t.hooks,
  ${isoTime('t.created_at')} AS "createdAt", ${isoTime('t.updated_at')} AS "updatedAt", ${isoTime('t.deleted_at')} AS "deletedAt"`

const tables = 'tenants t JOIN environments e ON e.id = t.environment_id'

/** One tenant by name, ignoring case; null when there is none within the bound. */
export async function readTenant(
  store: Pick<Records, 'database'>,
  name: string,
  bound: Bound,
): Promise<TenantRow | null> {
  const [row] = await store.database.query<TenantRow>(
    `SELECT ${columns} FROM ${tables}
     WHERE lower(t.name) = lower($1) AND t.deleted_at IS NULL AND ($2::text[] IS NULL OR lower(t.name) = ANY($2))`,
    [name, boundParameter(bound)],
  )
  return row ?? null
}

/** Tenants by name, from behind a name on; of one environment where it is given. */
export function listTenants(
  store: Pick<Records, 'database'>,
  filter: { environment?: string },
  page: { after: string | null; limit: number; bound: Bound },
): Promise<TenantRow[]> {
  return store.database.query<TenantRow>(
    `SELECT ${columns} FROM ${tables}
     WHERE t.deleted_at IS NULL AND ($1::text IS NULL OR lower(t.name) > lower($1)) AND ($3::text[] IS NULL OR lower(t.name) = ANY($3))
       AND ($4::text IS NULL OR lower(e.name) = lower($4))
     ORDER BY lower(t.name) LIMIT $2`,
    [page.after, page.limit, boundParameter(page.bound), filter.environment ?? null],
  )
}

/**
 * Makes a tenant. `name_taken` when there is one of this name, or ever was: names outlive tenants, so that nobody
 * inherits what still carries the name of another. `environment_required` when its environment has just gone.
 */
export async function createTenant(
  records: Records,
  tenant: TenantSettings & Pick<TenantRow, 'name' | 'environmentId' | 'adminTenant'>,
): Promise<TenantRow> {
  await records.prisma.tenant.create({ data: rowOf(tenant) }).catch(nameTaken('tenant', tenant.name))
  // The new row holds a key lock on the environment's; from here on it cannot be deleted under us.
  const [environment] = await records.database.query<{ gone: boolean }>(
    'SELECT deleted_at IS NOT NULL AS gone FROM environments WHERE id = $1::uuid',
    [tenant.environmentId],
  )
  if (environment?.gone !== false) throw new Failure('environment_required', 'The environment has been deleted.')
  return mustRead(records, tenant.name)
}

/** Changes a tenant; absent fields stay. */
export async function updateTenant(
  records: Records,
  name: string,
  change: Partial<TenantSettings>,
): Promise<TenantRow> {
  await records.prisma.tenant.update({ where: { name }, data: rowOf(change) })
  return mustRead(records, name)
}

/** Takes a tenant out of use for ever; `tenant_not_empty` while an instance of it is somewhere or may come back. */
export async function deleteTenant(records: Records, name: string): Promise<void> {
  // Whoever writes an instance of it holds a key lock on this row; after it no other can come.
  await records.database.query('SELECT name FROM tenants WHERE name = $1 FOR UPDATE', [name])
  const [left] = await records.database.query<{ instances: number }>(
    `SELECT count(*)::integer AS instances FROM instances WHERE tenant = $1 AND ${liveInstance}`,
    [name],
  )
  if (left && left.instances > 0)
    throw new Failure('tenant_not_empty', `The tenant "${name}" has ${left.instances} instances that are not purged.`)
  await records.prisma.tenant.update({ where: { name }, data: { deletedAt: new Date() } })
}

/** Settings as Prisma takes them, which has a null of its own for JSON columns. */
const rowOf = <Settings extends Partial<TenantSettings>>({ healthPolicy, archivePolicy, ...settings }: Settings) => ({
  ...settings,
  ...(archivePolicy === undefined
    ? {}
    : { archivePolicy: archivePolicy === null ? Prisma.DbNull : (archivePolicy as Prisma.InputJsonObject) }),
  ...(healthPolicy === undefined
    ? {}
    : { healthPolicy: healthPolicy === null ? Prisma.DbNull : (healthPolicy as Prisma.InputJsonObject) }),
})

async function mustRead(records: Pick<Records, 'database'>, name: string): Promise<TenantRow> {
  const row = await readTenant(records, name, '*')
  if (!row) throw new Failure('not_found', 'There is no such tenant.')
  return row
}

/** Any tenant of an environment; null when it has none. */
export async function readTenantOfEnvironment(
  store: Pick<Records, 'database'>,
  environmentId: string,
): Promise<{ name: string; adminTenant: string } | null> {
  const [row] = await store.database.query<{ name: string; adminTenant: string }>(
    `SELECT name, admin_tenant AS "adminTenant" FROM tenants
     WHERE environment_id = $1::uuid AND deleted_at IS NULL ORDER BY lower(name) LIMIT 1`,
    [environmentId],
  )
  return row ?? null
}
