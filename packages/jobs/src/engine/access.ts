import { Failure, type Json, type JsonObject } from '@edfi-tenants/core'
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
import type { JobMeasures } from './measures.js'

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
  /** Reads the secret that a `passwordFrom` names; for each run of a job, so that a rotated one is picked up. */
  readSecret(reference: string, use: SecretUse): Promise<string>
  /** A slot has become free, or a job due: others may go on. */
  onSlotFree(): void
  log: Log
  measures: JobMeasures
}

/** What a secret is read for: tokens are made for one server and user. */
export interface SecretUse {
  host: string
  /** Where else it goes: what ODS/API logs in with is registered with the address that ODS/API uses. */
  registeredHost?: string
  port: number
  username: string
  databaseEngine: string
  /** Whether connections are encrypted, to a server that has proved its name. */
  verified: boolean
  /** A login was refused: what is kept of a cloud's secret will not do. */
  fresh?: boolean
}

/** How often what a long step logs in with is brought up to date, in milliseconds: RDS's tokens end after 15 minutes. */
const renewEveryMs = 5 * 60_000

/** What reaching things needs of them; its lines name the step that reaches. */
type AccessServices = Omit<JobServices, 'log'> & { log: Pick<Log, 'warn'> }

/** Opens what a job works on, each once per run and not before it is needed; secrets are in the clear only in here. */
export function createAccess(services: AccessServices, job: JobRow, instance: () => InstanceRow | null) {
  const servers = new Map<string, Promise<ServerAccess>>()
  const logins = new LoginsByReference(services)
  let adminApi: Promise<AdminApi> | undefined
  let environment: Promise<EnvironmentRow> | undefined
  let odsApi: Promise<OdsApi> | undefined
  const databaseOf = (serverId: string): Promise<ServerAccess> => {
    const opened = servers.get(serverId) ?? openServer(services, logins, serverId)
    servers.set(serverId, opened)
    return opened
  }
  const environmentId = () => required(job.environmentId, 'environment')
  const readEnvironment = () => (environment ??= environmentOf(services, environmentId()))
  const forSteps = {
    database: () => databaseOf(required(job.serverId, 'database server')),
    databaseOf,
    adminApi: () => (adminApi ??= openAdminApi(services, environmentId(), adminTenantOf(job, instance()))),
    environment: readEnvironment,
    odsApi: () => (odsApi ??= readEnvironment().then((row) => openOdsApi(services, row))),
    adminApiOf: (environmentId: string, adminTenant: string) => openAdminApi(services, environmentId, adminTenant),
    odsApiOf: async (environmentId: string) => openOdsApi(services, await environmentOf(services, environmentId)),
  }
  return { forSteps, logins }
}

/**
 * The logins of one run whose passwords are references. They are brought up to date in place, so that a step that goes
 * on for long opens its next connection with what is right then.
 */
class LoginsByReference {
  readonly #open: { login: Login; reference: string; use: SecretUse }[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(private readonly services: Pick<AccessServices, 'readSecret' | 'log'>) {}

  /** The login with its password; from now on kept up to date where that is a reference. */
  async read({ username, password, passwordFrom }: SecretLogin, server: Omit<SecretUse, 'username'>): Promise<Login> {
    if (password !== null) return { username, password }
    const reference = passwordFrom ?? ''
    const use = { ...server, username }
    const login = { username, password: await this.services.readSecret(reference, use) }
    this.#open.push({ login, reference, use })
    this.#timer ??= setInterval(() => void this.#renew(false), renewEveryMs).unref()
    return login
  }

  /** After a refused login: whether there is any that may have been changed. What is kept of them is read anew. */
  async refused(): Promise<boolean> {
    await this.#renew(true)
    return this.#open.length > 0
  }

  close(): void {
    clearInterval(this.#timer)
  }

  async #renew(fresh: boolean): Promise<void> {
    await Promise.all(
      this.#open.map(async ({ login, reference, use }) => {
        try {
          Object.assign(login, { password: await this.services.readSecret(reference, { ...use, fresh }) })
        } catch (error) {
          this.services.log.warn('A password could not be read anew; the one known stays', { error })
        }
      }),
    )
  }
}

async function environmentOf(services: Pick<JobServices, 'store'>, id: string): Promise<EnvironmentRow> {
  const row = await readEnvironmentById(services.store, id)
  if (!row) throw new Failure('not_found', 'The environment of this job is not on record.')
  return row
}

async function openOdsApi(services: AccessServices, { id, odsApi }: EnvironmentRow): Promise<OdsApi> {
  const secrets = await openEnvironmentSecrets(services.store, id)
  const { notificationsUrl: url, probeClientSecret: clientSecret } = secrets
  const channel = odsApi?.notifications?.channel
  const clientId = odsApi?.probe?.clientId
  const connection = {
    baseUrl: odsApi?.baseUrl ?? null,
    contextRouteTemplate: odsApi?.contextRouteTemplate ?? null,
    notifications: url !== null && channel !== undefined ? { url, channel } : null,
    probe: clientSecret !== null && clientId !== undefined ? { clientId, clientSecret } : null,
  }
  return services.odsApi.open(connection, services.log)
}

const required = (id: string | null, what: string): string => {
  if (id === null) throw new Failure('internal_error', `The job has no ${what}.`)
  return id
}

/** A job about an instance speaks for that instance's Admin API tenant; others name it in their parameters. */
const adminTenantOf = (job: JobRow, instance: InstanceRow | null): string =>
  instance?.adminTenant ?? (typeof job.parameters['adminTenant'] === 'string' ? job.parameters['adminTenant'] : '')

async function openServer(
  services: AccessServices,
  logins: LoginsByReference,
  serverId: string,
): Promise<ServerAccess> {
  const row = await readServerById(services.store, serverId)
  if (!row) throw new Failure('unknown_server', 'The database server of this job is not on record.')
  const provisioner = services.provisioners.get(row.engine)
  if (!provisioner)
    throw new Failure('provisioner_unknown', `This worker has no provisioner "${row.engine}".`, { retryable: true })
  const secrets = await openServerCredentials(services.store, serverId)
  const use = secretUse(provisioner.manifest.databaseEngine, row.settings)
  return {
    provisioner,
    server: { id: row.id, name: row.name, settings: row.settings, credentials: await logins.read(secrets, use) },
    templates: row.templates,
    // Marked in place: a copy would not be brought up to date.
    sharedLogin: secrets.registered
      ? Object.assign(await logins.read(secrets.registered, { ...use, ...registeredHost(row.settings) }), {
          own: false as const,
        })
      : null,
  }
}

/** What all provisioners of an engine call alike in their settings. */
function secretUse(databaseEngine: string, settings: JsonObject): Omit<SecretUse, 'username'> {
  const { host, port, tls } = settings
  return {
    host: typeof host === 'string' ? host : '',
    port: typeof port === 'number' ? port : 5432,
    databaseEngine,
    verified: isObject(tls) && tls['mode'] === 'verify-full',
  }
}

function registeredHost({ registered }: JsonObject): { registeredHost?: string } {
  const host = isObject(registered) ? registered['host'] : undefined
  return typeof host === 'string' ? { registeredHost: host } : {}
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

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
