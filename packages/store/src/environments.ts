import { randomUUID } from 'node:crypto'
import { Failure, type DatabaseEngine, type DeploymentHook } from '@edfi-tenants/core'
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
  hooks: DeploymentHook[]
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
    Omit<EnvironmentRow, 'id' | 'hasEncryptionKey' | 'hooks' | 'createdAt' | 'updatedAt' | 'deletedAt'>,
    EnvironmentSecrets {}

const columns = `e.id, e.name, e.engine, e.admin_api_url AS "adminApiUrl", e.admin_api_client_id AS "adminApiClientId",
  e.admin_api_mode AS "adminApiMode", e.multi_tenant AS "multiTenant", e.timeout_ms AS "timeoutMs", e.max_concurrency AS "maxConcurrency",
  e.ods_api - 'hasEncryptionKey' AS "odsApi", coalesce((e.ods_api ->> 'hasEncryptionKey')::boolean, false) AS "hasEncryptionKey",
  e.data_standard AS "dataStandard", e.hooks, ${isoTime('e.created_at')} AS "createdAt", ${isoTime('e.updated_at')} AS "updatedAt",
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

/**
 * The same as {@link readEnvironment}, for a change: nobody else changes it until the transaction ends, so what was
 * judged by this row still holds when the change is written.
 */
export async function lockEnvironment(
  records: Pick<Records, 'database'>,
  name: string,
): Promise<EnvironmentRow | null> {
  await records.database.query(
    'SELECT id FROM environments WHERE lower(name) = lower($1) AND deleted_at IS NULL FOR UPDATE',
    [name],
  )
  return readEnvironment(records, name)
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
    .create({ data: newData(records, id, environment) })
    .catch(nameTaken('environment', environment.name))
  return mustRead(records, id)
}

/**
 * Changes an environment and writes only what the change names; absent fields stay, and so do absent secrets (`null`
 * removes). Settings and secrets of ODS/API are written as one.
 */
export async function updateEnvironment(
  records: Records,
  id: string,
  change: Partial<Omit<NewEnvironment, 'name'>>,
): Promise<EnvironmentRow> {
  await records.database.query('SELECT id FROM environments WHERE id = $1::uuid FOR UPDATE', [id])
  const { odsApi, encryptionKey, probeClientSecret, notificationsUrl, adminApiClientSecret, ...plain } = change
  const ofOdsApi = [odsApi, encryptionKey, probeClientSecret, notificationsUrl]
  await records.prisma.environment.update({
    where: { id },
    data: {
      ...plain,
      ...(adminApiClientSecret === undefined ? {} : sealedAdminSecret(records, id, adminApiClientSecret)),
      ...(ofOdsApi.every((part) => part === undefined) ? {} : await changedOdsApi(records, id, change)),
    },
  })
  return mustRead(records, id)
}

/** What is stored of ODS/API once a change of some of it is done. */
async function changedOdsApi(
  records: Records,
  id: string,
  change: Partial<OdsApiSecrets & Pick<EnvironmentRow, 'odsApi'>>,
) {
  const stored = await openEnvironmentSecrets(records, id)
  const { odsApi } = await mustRead(records, id)
  return odsApiData(records, id, { odsApi, ...stored, ...change })
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

const newData = (records: Pick<Records, 'sealer'>, id: string, environment: NewEnvironment) => ({
  id,
  name: environment.name,
  engine: environment.engine,
  adminApiUrl: environment.adminApiUrl,
  adminApiClientId: environment.adminApiClientId,
  adminApiMode: environment.adminApiMode,
  multiTenant: environment.multiTenant,
  timeoutMs: environment.timeoutMs,
  maxConcurrency: environment.maxConcurrency,
  dataStandard: environment.dataStandard,
  ...sealedAdminSecret(records, id, environment.adminApiClientSecret),
  ...odsApiData(records, id, environment),
})

const sealedAdminSecret = ({ sealer }: Pick<Records, 'sealer'>, id: string, secret: string) => ({
  adminApiClientSecret: sealer.seal(secret, context(id).adminApiClientSecret),
})

/** `hasEncryptionKey` is kept beside the settings, so that reading an environment opens no secret. */
function odsApiData(
  { sealer }: Pick<Records, 'sealer'>,
  id: string,
  { odsApi, encryptionKey, probeClientSecret, notificationsUrl }: OdsApiSecrets & Pick<EnvironmentRow, 'odsApi'>,
) {
  const secrets: OdsApiSecrets = { encryptionKey, probeClientSecret, notificationsUrl }
  const any = Object.values(secrets).some((secret) => secret !== null)
  return {
    odsApi: odsApi ? { ...odsApi, hasEncryptionKey: encryptionKey !== null } : Prisma.DbNull,
    odsApiSecrets: any ? sealer.seal(JSON.stringify(secrets), context(id).odsApiSecrets) : null,
  }
}

async function mustRead(records: Pick<Records, 'database'>, id: string): Promise<EnvironmentRow> {
  const row = await readEnvironmentById(records, id)
  if (!row) throw new Failure('not_found', 'There is no such environment.')
  return row
}
