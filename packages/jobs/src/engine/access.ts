import { Failure } from '@edfi-tenants/core'
import type { AdminApi, AdminApiClient } from '@edfi-tenants/admin-api'
import type { ArchiveStorage } from '@edfi-tenants/archive-storage'
import type { HookRunner } from '@edfi-tenants/hooks'
import type { OdsApi, OdsApiClient } from '@edfi-tenants/ods-api'
import type { Login, Provisioner } from '@edfi-tenants/provisioner'
import type { SeedBundle } from '@edfi-tenants/seed-bundles'
import {
  openEnvironmentSecrets,
  openServerCredentials,
  readEnvironmentById,
  readServerById,
  type EnvironmentRow,
  type InstanceRow,
  type JobRow,
  type SecretLogin,
  type Store,
} from '@edfi-tenants/store'
import type { JobSettings, ServerAccess } from './define-job.js'
import type { Log } from './log.js'

/** Everything that running jobs needs from the process it runs in. */
export interface JobServices {
  store: Store
  provisioners: ReadonlyMap<string, Provisioner>
  adminApi: AdminApiClient
  odsApi: OdsApiClient
  /** Null: archives can only be kept on their database servers. */
  archives: ArchiveStorage | null
  seedBundles: ReadonlyMap<string, SeedBundle>
  hooks: HookRunner
  settings: JobSettings
  /** Reads the secret that a `passwordFrom` names; anew each time, so that a rotated one is picked up. */
  readSecret(reference: string): Promise<string>
  /** A slot has become free, or a job due: others may go on. */
  onSlotFree(): void
  log: Log
}

/** Opens what a job works on, each once per run and not before it is needed; secrets are in the clear only in here. */
export function createAccess(services: JobServices, job: JobRow, instance: () => InstanceRow | null) {
  const servers = new Map<string, Promise<ServerAccess>>()
  let adminApi: Promise<AdminApi> | undefined
  let environment: Promise<EnvironmentRow> | undefined
  let odsApi: Promise<OdsApi> | undefined
  const databaseOf = (serverId: string): Promise<ServerAccess> => {
    const opened = servers.get(serverId) ?? openServer(services, serverId)
    servers.set(serverId, opened)
    return opened
  }
  const environmentId = () => required(job.environmentId, 'environment')
  const readEnvironment = () => (environment ??= environmentOf(services, environmentId()))
  return {
    database: () => databaseOf(required(job.serverId, 'database server')),
    databaseOf,
    adminApi: () => (adminApi ??= openAdminApi(services, environmentId(), adminTenantOf(job, instance()))),
    environment: readEnvironment,
    odsApi: () => (odsApi ??= readEnvironment().then((row) => openOdsApi(services, row))),
    adminApiOf: (environmentId: string, adminTenant: string) => openAdminApi(services, environmentId, adminTenant),
    odsApiOf: async (environmentId: string) => openOdsApi(services, await environmentOf(services, environmentId)),
  }
}

async function environmentOf(services: Pick<JobServices, 'store'>, id: string): Promise<EnvironmentRow> {
  const row = await readEnvironmentById(services.store, id)
  if (!row) throw new Failure('not_found', 'The environment of this job is not on record.')
  return row
}

async function openOdsApi(services: JobServices, { id, odsApi }: EnvironmentRow): Promise<OdsApi> {
  const secrets = await openEnvironmentSecrets(services.store, id)
  const { notificationsUrl: url, probeClientSecret: clientSecret } = secrets
  const channel = odsApi?.notifications?.channel
  const clientId = odsApi?.probe?.clientId
  return services.odsApi.open({
    baseUrl: odsApi?.baseUrl ?? null,
    contextRouteTemplate: odsApi?.contextRouteTemplate ?? null,
    notifications: url !== null && channel !== undefined ? { url, channel } : null,
    probe: clientSecret !== null && clientId !== undefined ? { clientId, clientSecret } : null,
  })
}

const required = (id: string | null, what: string): string => {
  if (id === null) throw new Failure('internal_error', `The job has no ${what}.`)
  return id
}

/** A job about an instance speaks for that instance's Admin API tenant; others name it in their parameters. */
const adminTenantOf = (job: JobRow, instance: InstanceRow | null): string =>
  instance?.adminTenant ?? (typeof job.parameters['adminTenant'] === 'string' ? job.parameters['adminTenant'] : '')

async function openServer(services: JobServices, serverId: string): Promise<ServerAccess> {
  const row = await readServerById(services.store, serverId)
  if (!row) throw new Failure('unknown_server', 'The database server of this job is not on record.')
  const provisioner = services.provisioners.get(row.engine)
  if (!provisioner)
    throw new Failure('provisioner_unknown', `This worker has no provisioner "${row.engine}".`, { retryable: true })
  const secrets = await openServerCredentials(services.store, serverId)
  return {
    provisioner,
    server: { id: row.id, name: row.name, settings: row.settings, credentials: await readLogin(services, secrets) },
    templates: row.templates,
    sharedLogin: secrets.registered ? { ...(await readLogin(services, secrets.registered)), own: false } : null,
  }
}

const readLogin = async (services: JobServices, login: SecretLogin): Promise<Login> => ({
  username: login.username,
  password: login.password ?? (await services.readSecret(login.passwordFrom ?? '')),
})

/** The Admin API of an environment, speaking for one of its tenants. */
export async function openAdminApi(
  services: Pick<JobServices, 'store' | 'adminApi'>,
  environmentId: string,
  tenant: string,
): Promise<AdminApi> {
  const row = await environmentOf(services, environmentId)
  const secrets = await openEnvironmentSecrets(services.store, environmentId)
  return services.adminApi.open(
    {
      url: row.adminApiUrl,
      clientId: row.adminApiClientId,
      clientSecret: secrets.adminApiClientSecret,
      mode: row.adminApiMode,
      multiTenant: row.multiTenant,
      timeoutMs: row.timeoutMs,
      maxConcurrency: row.maxConcurrency,
    },
    tenant,
  )
}
