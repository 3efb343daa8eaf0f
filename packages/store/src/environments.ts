import { randomUUID } from 'node:crypto'
import { Failure, type DatabaseEngine } from '@edfi-tenants/core'
import { Prisma } from './generated/client.js'
import { isoTime } from './jobs/job-row.js'
import { nameTaken, type Records } from './records.js'

/** Which version of Admin API's interface an environment speaks; `auto` finds out by asking. */
export type AdminApiMode = 'auto' | 'v2' | 'v3'

/** ODS/API settings of an environment, without secrets. */
export interface OdsApiSettings {
  baseUrl: string
  contextRouteTemplate?: string
  /** Where ODS/API listens for notifications; the URL is sealed, as it may hold a password. */
  notifications?: { channel: string }
  /** The client with which health checks read; its secret is sealed. */
  probe?: { clientId: string }
}

/** An environment as it stands in the store, without secrets. */
export interface EnvironmentRow {
  id: string
  name: string
  engine: DatabaseEngine
  adminApiUrl: string
  adminApiClientId: string
  adminApiMode: AdminApiMode
  multiTenant: boolean
  timeoutMs: number
  /** Requests to Admin API at once. */
  maxConcurrency: number
  odsApi: OdsApiSettings | null
  /** Whether connection strings for ODS/API are to be encrypted with a key on record. */
  hasEncryptionKey: boolean
  dataStandard: string | null
  createdAt: string
  updatedAt: string
  deletedAt: string | null
}

/** What is sealed of an environment; null where none was given. */
export interface EnvironmentSecrets {
  adminApiClientSecret: string
  /** Base64, in Ed-Fi's format. */
  encryptionKey: string | null
  probeClientSecret: string | null
  notificationsUrl: string | null
}

type OdsApiSecrets = Omit<EnvironmentSecrets, 'adminApiClientSecret'>

/** What an environment is made of. */
export interface NewEnvironment
  extends
    Omit<EnvironmentRow, 'id' | 'hasEncryptionKey' | 'createdAt' | 'updatedAt' | 'deletedAt'>,
    EnvironmentSecrets {}

const columns = `e.id, e.name, e.engine, e.admin_api_url AS "adminApiUrl", e.admin_api_client_id AS "adminApiClientId",
  e.admin_api_mode AS "adminApiMode", e.multi_tenant AS "multiTenant", e.timeout_ms AS "timeoutMs", e.max_concurrency AS "maxConcurrency",
  e.ods_api - 'hasEncryptionKey' AS "odsApi", coalesce((e.ods_api ->> 'hasEncryptionKey')::boolean, false) AS "hasEncryptionKey",
  e.data_standard AS "dataStandard", ${isoTime('e.created_at')} AS "createdAt", ${isoTime('e.updated_at')} AS "updatedAt",
  ${isoTime('e.deleted_at')} AS "deletedAt"`

/** One environment by id, also a deleted one; null when there never was one. */
export async function readEnvironmentById(
  store: Pick<Records, 'database'>,
  id: string,
): Promise<EnvironmentRow | null> {
  const [row] = await store.database.query<EnvironmentRow>(
    `SELECT ${columns} FROM environments e WHERE e.id = $1::uuid`,
    [id],
  )
  return row ?? null
}

/** One environment by name, ignoring case; null when there is none. */
export async function readEnvironment(store: Pick<Records, 'database'>, name: string): Promise<EnvironmentRow | null> {
  const [row] = await store.database.query<EnvironmentRow>(
    `SELECT ${columns} FROM environments e WHERE lower(e.name) = lower($1) AND e.deleted_at IS NULL`,
    [name],
  )
  return row ?? null
}

/** Environments by name, from behind a name on. */
export function listEnvironments(
  store: Pick<Records, 'database'>,
  page: { after: string | null; limit: number },
): Promise<EnvironmentRow[]> {
  return store.database.query<EnvironmentRow>(
    `SELECT ${columns} FROM environments e WHERE e.deleted_at IS NULL AND ($1::text IS NULL OR lower(e.name) > lower($1))
     ORDER BY lower(e.name) LIMIT $2`,
    [page.after, page.limit],
  )
}

/** What an environment keeps secret, opened. Throws `not_found` when there never was one of this id. */
export async function openEnvironmentSecrets(
  store: Pick<Records, 'database' | 'sealer'>,
  id: string,
): Promise<EnvironmentSecrets> {
  const [row] = await store.database.query<{ secret: string; odsApi: string | null }>(
    `SELECT admin_api_client_secret AS secret, ods_api_secrets AS "odsApi" FROM environments WHERE id = $1::uuid`,
    [id],
  )
  if (!row) throw new Failure('not_found', 'There is no such environment.')
  const none: OdsApiSecrets = { encryptionKey: null, probeClientSecret: null, notificationsUrl: null }
  return {
    adminApiClientSecret: store.sealer.open(row.secret, context(id).adminApiClientSecret),
    ...(row.odsApi === null
      ? none
      : { ...none, ...(JSON.parse(store.sealer.open(row.odsApi, context(id).odsApiSecrets)) as OdsApiSecrets) }),
  }
}

/** Makes an environment; `name_taken` when there is one of this name. */
export async function createEnvironment(records: Records, environment: NewEnvironment): Promise<EnvironmentRow> {
  const id = randomUUID()
  await records.prisma.environment
    .create({ data: { id, ...plainData(environment), ...sealedData(records, id, environment) } })
    .catch(nameTaken('environment', environment.name))
  return mustRead(records, id)
}

/**
 * Changes an environment; absent fields stay, and so do absent secrets. The ODS/API secrets are replaced as one: `null`
 * removes.
 */
export async function updateEnvironment(
  records: Records,
  id: string,
  change: Partial<Omit<NewEnvironment, 'name'>>,
): Promise<EnvironmentRow> {
  const stored = await openEnvironmentSecrets(records, id)
  const row = await mustRead(records, id)
  const wanted: NewEnvironment = { ...row, ...stored, ...change }
  await records.prisma.environment.update({
    where: { id },
    data: { ...plainData(wanted), ...sealedData(records, id, wanted) },
  })
  return mustRead(records, id)
}

/** Takes an environment out of use; `still_in_use` while tenants or instances belong to it. */
export async function deleteEnvironment(records: Records, id: string): Promise<void> {
  // Whoever writes a tenant or instance of it holds a key lock on this row; after it no other can come.
  await records.database.query('SELECT id FROM environments WHERE id = $1::uuid FOR UPDATE', [id])
  const [users] = await records.database.query<{ tenants: string[] | null; instances: number }>(
    `SELECT (SELECT array_agg(name ORDER BY name) FROM (SELECT name FROM tenants WHERE environment_id = $1::uuid AND deleted_at IS NULL LIMIT 5) t) AS tenants,
       (SELECT count(*)::integer FROM instances WHERE environment_id = $1::uuid AND ${liveInstance}) AS instances`,
    [id],
  )
  if (users?.tenants) throw new Failure('still_in_use', `Tenants belong to it: ${users.tenants.join(', ')}.`)
  if (users && users.instances > 0) throw new Failure('still_in_use', `${users.instances} instances belong to it.`)
  await records.prisma.environment.update({ where: { id }, data: { deletedAt: new Date() } })
}

/** SQL: an instance that is still somewhere, or may come back. */
export const liveInstance = `status <> 'purged' AND NOT (status = 'failed' AND NOT name_held)`

const context = (id: string) => ({
  adminApiClientSecret: `environments/${id}/admin_api_client_secret`,
  odsApiSecrets: `environments/${id}/ods_api_secrets`,
})

/** `hasEncryptionKey` is kept beside the settings, so that reading an environment opens no secret. */
const plainData = (environment: NewEnvironment) => ({
  name: environment.name,
  engine: environment.engine,
  adminApiUrl: environment.adminApiUrl,
  adminApiClientId: environment.adminApiClientId,
  adminApiMode: environment.adminApiMode,
  multiTenant: environment.multiTenant,
  timeoutMs: environment.timeoutMs,
  maxConcurrency: environment.maxConcurrency,
  odsApi: environment.odsApi
    ? { ...environment.odsApi, hasEncryptionKey: environment.encryptionKey !== null }
    : Prisma.DbNull,
  dataStandard: environment.dataStandard,
})

function sealedData({ sealer }: Pick<Records, 'sealer'>, id: string, secrets: EnvironmentSecrets) {
  const { adminApiClientSecret, encryptionKey, probeClientSecret, notificationsUrl } = secrets
  const odsApi: OdsApiSecrets = { encryptionKey, probeClientSecret, notificationsUrl }
  const any = Object.values(odsApi).some((secret) => secret !== null)
  return {
    adminApiClientSecret: sealer.seal(adminApiClientSecret, context(id).adminApiClientSecret),
    odsApiSecrets: any ? sealer.seal(JSON.stringify(odsApi), context(id).odsApiSecrets) : null,
  }
}

async function mustRead(records: Pick<Records, 'database'>, id: string): Promise<EnvironmentRow> {
  const row = await readEnvironmentById(records, id)
  if (!row) throw new Failure('not_found', 'There is no such environment.')
  return row
}
