import type { AwsSecretSettings } from './aws-secrets.js'
import { readEnv } from './env-reader.js'
import type { Env, EnvReader } from './env-reader.js'
import {
  address,
  bytes,
  commaList,
  dockerEngines,
  namedKeys,
  oneOf,
  targetHosts,
  text,
  textOfAtLeast,
  trustProxy,
  truth,
  url,
  wholeNumber,
} from './env-values.js'
import type { NamedKey } from './env-values.js'
import { logLevels } from './logger.js'
import type { LogSettings } from './logger.js'
import { secretRules, type SecretRule } from './secret-rules.js'
import { anyTargetHost } from './target-hosts.js'
import type { TargetHosts } from './target-hosts.js'

/** At least one; the first seals or signs, all open or verify. */
export type KeyRing = readonly [NamedKey, ...NamedKey[]]

/** The control database, as every process has it. */
export interface DatabaseConfig {
  /** postgres://… */
  url: string
  /** Connections that one process opens at most. */
  poolSize: number
}

/** The environment named `default`, to be made where there is none of that name yet. */
export interface DefaultEnvironment {
  url: string
  clientId: string
  clientSecret: string
  mode: 'auto' | 'v2' | 'v3'
  multiTenant: boolean
}

/** What API and worker have in common. */
export interface SharedConfig {
  database: DatabaseConfig
  /** redis://, rediss:// or postgres:// */
  queueUrl: string
  encryptionKeys: KeyRing
  allowedTargets: TargetHosts
  /** Hosts that events may be sent to, internal ones too; an empty list: any that the internet reaches. */
  webhookTargets: TargetHosts
  /** The folder below which `passwordFrom: file:…` is read; undefined: no files. */
  secretFilesDir: string | undefined
  log: LogSettings
  /** False refuses deletion as a whole. */
  allowDelete: boolean
  /** Key of ODS/API's own encrypted connection strings, 32 bytes; seeds the environment named `default`. */
  odsEncryptionKey: Buffer | undefined
  /** Whether traces are sent; where to, the SDK reads by itself. */
  tracing: boolean
}

/** Where archives are kept off their database servers. */
export type ArchiveConfig =
  | { kind: 'folder'; folder: string }
  | {
      kind: 's3'
      bucket: string
      /** Before every object's name; may be empty. */
      prefix: string
      region: string
      /** For S3-compatible storage other than AWS. */
      endpoint: string | undefined
      /** Undefined: as the SDK finds them (role, profile). */
      credentials: { accessKeyId: string; secretAccessKey: string } | undefined
    }

/** What `apps/api` runs with. */
export interface ApiConfig extends SharedConfig {
  host: string
  port: number
  tokenSigningKeys: KeyRing
  tokenLifetimeSeconds: number
  /** A foreign issuer whose tokens are accepted too. */
  oidc: { issuer: string; audience: string } | undefined
  defaultEnvironment: DefaultEnvironment | undefined
  /** The first API client: scope `admin`, all tenants. */
  bootstrapClient: { clientId: string; clientSecret: string } | undefined
  batchMaxItems: number
  /** Instances that one client may delete within an hour, batches not counted. */
  maxDeletesPerHour: number
  dashboard: boolean
  /** Express's setting; false, a number of proxies, or their addresses. */
  trustProxy: boolean | number | string
  /** Under which clients see this API, without a final slash; undefined: as each request says. */
  publicUrl: string | undefined
}

/** What `apps/worker` runs with. */
export interface WorkerConfig extends SharedConfig {
  /** Built-in names, package names or paths. */
  provisioners: readonly string[]
  /** Servers may ask for workers of a pool. */
  pool: string
  /** Jobs that one worker runs at a time. */
  concurrency: number
  /** Where this worker's metrics are; undefined: nowhere. */
  metrics: { host: string; port: number } | undefined
  /** How long transient faults are repeated. */
  retryForSeconds: number
  /** For how long a job stays this worker's without a sign of life. */
  leaseSeconds: number
  /** Undefined: archives can only be copies on their database servers. */
  archives: ArchiveConfig | undefined
  /** Where `passwordFrom: aws-secret:…` is read; undefined: nowhere. */
  awsSecrets: AwsSecretSettings | undefined
  /** Which `passwordFrom` may be read for which hosts; undefined: any for any. */
  secretRules: readonly SecretRule[] | undefined
  /** Folders of seed bundles besides those that come with the service. */
  seedBundlesDir: string | undefined
  /** The folder with SQL checks. */
  sqlChecksDir: string | undefined
  /** What hooks may do with containers. */
  hooks: HookConfig
  /** How often every instance is checked; 0: only on demand. */
  healthIntervalSeconds: number
  /** How long health checks are kept. */
  healthRetentionDays: number
  /** How long events of finished jobs, and what was sent of them, are kept. */
  eventRetentionDays: number
  /** How long ODS/API may go on with what it has cached, where it cannot be told to forget. */
  odsApiCacheSeconds: number
  /** How long a deleted instance can come back. */
  undoWindowSeconds: number
}

/** What the operator of a worker allows deployment hooks. */
export interface HookConfig {
  /** Docker engines that containers may run on. */
  engines: { name: string; url: string; certificates?: string }[]
  /** Patterns of images and networks; `*` stands for any text. */
  images: string[]
  networks: string[]
  /** The address on which ports of containers are reachable. */
  portsAddress: string
}

/** What `npm run migrate` and `npm run rotate-keys` run with. */
export interface MigrateConfig {
  database: DatabaseConfig
  /** Where given, the queue's own schema is brought up to date too. */
  queueUrl: string | undefined
  /** Needed by rotate-keys only. */
  encryptionKeys: KeyRing | undefined
  log: LogSettings
}

const postgresSchemes = ['postgres', 'postgresql'] as const
const queueUrl = url('redis', 'rediss', ...postgresSchemes)
const webUrl = url('http', 'https')
const withoutFinalSlash = (value: string): string => webUrl(value).replace(/\/+$/, '')
const encryptionKeys = namedKeys((length) => length === 32, 'exactly 32 bytes')
const signingKeys = namedKeys((length) => length >= 32, 'at least 32 bytes')
const poolName = (value: string): string => {
  if (!/^[A-Za-z0-9_-]{1,50}$/.test(value)) throw new Error('must be 1 to 50 of A-Z a-z 0-9 _ -')
  return value
}

const readDatabase = (env: EnvReader): DatabaseConfig => ({
  url: env.required('DATABASE_URL', url(...postgresSchemes)),
  poolSize: env.optional('DATABASE_POOL_SIZE', wholeNumber(1, 500), 10),
})

const readLog = (env: EnvReader): LogSettings => ({
  level: env.optional('LOG_LEVEL', oneOf(...logLevels), 'info'),
  format: env.optional('LOG_FORMAT', oneOf('json', 'text'), 'json'),
})

/** Whoever lists where connections may go at all has listed where events may go, unless he says otherwise. */
const readTargets = (env: EnvReader): Pick<SharedConfig, 'allowedTargets' | 'webhookTargets'> => {
  const allowedTargets = env.optional('ALLOWED_TARGET_HOSTS', targetHosts, anyTargetHost)
  return { allowedTargets, webhookTargets: env.optional('WEBHOOK_ALLOWED_HOSTS', targetHosts, allowedTargets) }
}

const readShared = (env: EnvReader): SharedConfig => ({
  database: readDatabase(env),
  queueUrl: env.required('QUEUE_URL', queueUrl),
  encryptionKeys: env.required('ENCRYPTION_KEYS', encryptionKeys),
  ...readTargets(env),
  secretFilesDir: env.optional('SECRET_FILES_DIR', text, undefined),
  log: readLog(env),
  allowDelete: env.optional('ALLOW_DELETE', truth, true),
  odsEncryptionKey: env.optional('ODS_ENCRYPTION_KEY', bytes(32), undefined),
  tracing: readTracing(env),
})

/** On wherever OpenTelemetry's own variables name a collector and do not say otherwise. */
function readTracing(env: EnvReader): boolean {
  const collector = env.optional('OTEL_EXPORTER_OTLP_ENDPOINT', webUrl, undefined)
  const forTraces = env.optional('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', webUrl, undefined)
  const isOff = env.optional('OTEL_SDK_DISABLED', truth, false)
  return (collector ?? forTraces) !== undefined && !isOff
}

function readDefaultEnvironment(env: EnvReader): DefaultEnvironment | undefined {
  const complete = env.allOrNone(['ADMIN_API_URL', 'ADMIN_API_CLIENT_ID', 'ADMIN_API_CLIENT_SECRET'])
  const details = {
    mode: env.optional('ADMIN_API_MODE', oneOf('auto', 'v2', 'v3'), 'auto' as const),
    multiTenant: env.optional('ADMIN_API_MULTI_TENANT', truth, false),
  }
  if (!complete) return undefined
  return {
    url: env.required('ADMIN_API_URL', withoutFinalSlash),
    clientId: env.required('ADMIN_API_CLIENT_ID', text),
    clientSecret: env.required('ADMIN_API_CLIENT_SECRET', text),
    ...details,
  }
}

function readBootstrapClient(env: EnvReader): ApiConfig['bootstrapClient'] {
  if (!env.allOrNone(['BOOTSTRAP_CLIENT_ID', 'BOOTSTRAP_CLIENT_SECRET'])) return undefined
  return {
    clientId: env.required('BOOTSTRAP_CLIENT_ID', text),
    clientSecret: env.required('BOOTSTRAP_CLIENT_SECRET', textOfAtLeast(32)),
  }
}

function readOidc(env: EnvReader): ApiConfig['oidc'] {
  if (!env.allOrNone(['OIDC_ISSUER', 'OIDC_AUDIENCE'])) return undefined
  // An issuer is compared letter by letter, so its final slash stays.
  return { issuer: env.required('OIDC_ISSUER', webUrl), audience: env.required('OIDC_AUDIENCE', text) }
}

function readArchives(env: EnvReader): ArchiveConfig | undefined {
  const folder = env.optional('ARCHIVE_DIR', text, undefined)
  const bucket = env.optional('ARCHIVE_S3_BUCKET', text, undefined)
  const hasKey = env.allOrNone(['ARCHIVE_S3_ACCESS_KEY_ID', 'ARCHIVE_S3_SECRET_ACCESS_KEY'])
  if (bucket === undefined) return folder === undefined ? undefined : { kind: 'folder', folder }
  return {
    kind: 's3',
    bucket,
    prefix: env.optional('ARCHIVE_S3_PREFIX', text, ''),
    region: env.optional('ARCHIVE_S3_REGION', text, 'us-east-1'),
    endpoint: env.optional('ARCHIVE_S3_ENDPOINT', withoutFinalSlash, undefined),
    credentials: hasKey
      ? {
          accessKeyId: env.required('ARCHIVE_S3_ACCESS_KEY_ID', text),
          secretAccessKey: env.required('ARCHIVE_S3_SECRET_ACCESS_KEY', text),
        }
      : undefined,
  }
}

function readAwsSecrets(env: EnvReader): AwsSecretSettings | undefined {
  const prefix = env.optional('AWS_SECRETS_PREFIX', text, undefined)
  const settings = {
    region: env.optional('AWS_SECRETS_REGION', text, undefined),
    endpoint: env.optional('AWS_SECRETS_ENDPOINT', withoutFinalSlash, undefined),
  }
  if (prefix !== undefined) return { prefix, ...settings }
  if (env.has('AWS_SECRETS_REGION') || env.has('AWS_SECRETS_ENDPOINT'))
    env.fault('AWS_SECRETS_PREFIX is not set, although AWS_SECRETS_REGION or AWS_SECRETS_ENDPOINT is')
  return undefined
}

function readMetrics(env: EnvReader): WorkerConfig['metrics'] {
  const port = env.optional('METRICS_PORT', wholeNumber(0, 65535), undefined)
  const host = env.optional('METRICS_HOST', text, '127.0.0.1')
  return port === undefined ? undefined : { host, port }
}

/** `name=url,…`; where each engine's certificates are, below one folder. */
function readHooks(env: EnvReader): HookConfig {
  const folder = env.optional('HOOK_DOCKER_CERTS_DIR', text, undefined)
  const engines = env.optional('HOOK_DOCKER_ENGINES', dockerEngines, [])
  return {
    engines: engines.map((each) => ({
      ...each,
      ...(folder === undefined ? {} : { certificates: `${folder}/${each.name}` }),
    })),
    images: env.optional('HOOK_IMAGES_ALLOWED', commaList, []),
    networks: env.optional('HOOK_NETWORKS_ALLOWED', commaList, []),
    portsAddress: env.optional('HOOK_PORTS_ADDRESS', address, '127.0.0.1'),
  }
}

/** Reads what the API needs. Throws a {@link ConfigurationError} that lists every fault. */
export const readApiConfig = (env: Env): ApiConfig =>
  readEnv(env, (reader) => ({
    ...readShared(reader),
    host: reader.optional('HOST', text, '0.0.0.0'),
    port: reader.optional('PORT', wholeNumber(0, 65535), 3000),
    tokenSigningKeys: reader.required('TOKEN_SIGNING_KEYS', signingKeys),
    tokenLifetimeSeconds: reader.optional('TOKEN_LIFETIME_SECONDS', wholeNumber(1, 24 * 60 * 60), 900),
    oidc: readOidc(reader),
    defaultEnvironment: readDefaultEnvironment(reader),
    bootstrapClient: readBootstrapClient(reader),
    batchMaxItems: reader.optional('BATCH_MAX_ITEMS', wholeNumber(1, 100_000), 5000),
    maxDeletesPerHour: reader.optional('MAX_DELETES_PER_HOUR', wholeNumber(1, 100_000), 100),
    dashboard: reader.optional('DASHBOARD', truth, true),
    trustProxy: reader.optional('TRUST_PROXY', trustProxy, false),
    publicUrl: reader.optional('PUBLIC_URL', withoutFinalSlash, undefined),
  }))

/** Reads what a worker needs. Throws a {@link ConfigurationError} that lists every fault. */
export const readWorkerConfig = (env: Env): WorkerConfig =>
  readEnv(env, (reader) => ({
    ...readShared(reader),
    provisioners: reader.optional('PROVISIONERS', commaList, ['postgresql']),
    pool: reader.optional('WORKER_POOL', poolName, 'default'),
    concurrency: reader.optional('WORKER_CONCURRENCY', wholeNumber(1, 500), 8),
    metrics: readMetrics(reader),
    retryForSeconds: reader.optional('RETRY_FOR_SECONDS', wholeNumber(0, 7 * 24 * 60 * 60), 900),
    leaseSeconds: reader.optional('LEASE_SECONDS', wholeNumber(2, 600), 6),
    archives: readArchives(reader),
    awsSecrets: readAwsSecrets(reader),
    secretRules: reader.optional('SECRET_REFERENCES_ALLOWED', secretRules, undefined),
    seedBundlesDir: reader.optional('SEED_BUNDLES_DIR', text, undefined),
    sqlChecksDir: reader.optional('SQL_CHECKS_DIR', text, undefined),
    hooks: readHooks(reader),
    healthIntervalSeconds: reader.optional('HEALTH_INTERVAL_SECONDS', wholeNumber(0, 7 * 24 * 60 * 60), 600),
    healthRetentionDays: reader.optional('HEALTH_RETENTION_DAYS', wholeNumber(1, 3650), 35),
    eventRetentionDays: reader.optional('EVENT_RETENTION_DAYS', wholeNumber(1, 3650), 30),
    odsApiCacheSeconds: reader.optional('ODS_API_CACHE_SECONDS', wholeNumber(0, 24 * 60 * 60), 300),
    undoWindowSeconds: reader.optional('UNDO_WINDOW_SECONDS', wholeNumber(0, 365 * 24 * 60 * 60), 7 * 24 * 60 * 60),
  }))

/** Reads what the migration and the rotation of keys need. Throws a {@link ConfigurationError} that lists every fault. */
export const readMigrateConfig = (env: Env): MigrateConfig =>
  readEnv(env, (reader) => ({
    database: readDatabase(reader),
    queueUrl: reader.optional('QUEUE_URL', queueUrl, undefined),
    encryptionKeys: reader.optional('ENCRYPTION_KEYS', encryptionKeys, undefined),
    log: readLog(reader),
  }))
