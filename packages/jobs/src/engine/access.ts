import { Failure } from '@edfi-tenants/core'
import type { AdminApi, AdminApiClient } from '@edfi-tenants/admin-api'
import type { Login, Provisioner } from '@edfi-tenants/provisioner'
import {
  openEnvironmentSecrets,
  openServerCredentials,
  readEnvironmentById,
  readServerById,
  type InstanceRow,
  type JobRow,
  type SecretLogin,
  type Store,
} from '@edfi-tenants/store'
import type { ServerAccess } from './define-job.js'
import type { Log } from './log.js'

/** Everything that running jobs needs from the process it runs in. */
export interface JobServices {
  store: Store
  provisioners: ReadonlyMap<string, Provisioner>
  adminApi: AdminApiClient
  /** Reads the secret that a `passwordFrom` names; anew each time, so that a rotated one is picked up. */
  readSecret(reference: string): Promise<string>
  /** A slot has become free, or a job due: others may go on. */
  onSlotFree(): void
  log: Log
}

/** Opens what a job works on, each once per run and not before it is needed; secrets are in the clear only in here. */
export function createAccess(services: JobServices, job: JobRow, instance: () => InstanceRow | null) {
  let database: Promise<ServerAccess> | undefined
  let adminApi: Promise<AdminApi> | undefined
  return {
    database: () => (database ??= openServer(services, required(job.serverId, 'database server'))),
    adminApi: () =>
      (adminApi ??= openAdminApi(services, required(job.environmentId, 'environment'), adminTenantOf(job, instance()))),
  }
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

async function openAdminApi(services: JobServices, environmentId: string, tenant: string): Promise<AdminApi> {
  const row = await readEnvironmentById(services.store, environmentId)
  if (!row) throw new Failure('not_found', 'The environment of this job is not on record.')
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
