export { readApiConfig, readMigrateConfig, readWorkerConfig } from './config.js'
export type {
  ApiConfig,
  DatabaseConfig,
  DefaultEnvironment,
  KeyRing,
  MigrateConfig,
  SharedConfig,
  WorkerConfig,
} from './config.js'
export { ConfigurationError } from './env-reader.js'
export type { Env } from './env-reader.js'
export type { NamedKey } from './env-values.js'
export { createLogger } from './logger.js'
export type { LogContext, Logger, LogLevel, LogSettings } from './logger.js'
export { createApiMetrics } from './metrics.js'
export type { ApiMetrics, FleetFigure } from './metrics.js'
export { createWorkerMetrics } from './worker-metrics.js'
export type { WorkerMetrics } from './worker-metrics.js'
export { readOrExit } from './read-or-exit.js'
export { redact, redacted, redactText } from './redaction.js'
export { createSecretResolver } from './secrets.js'
export type { ResolveSecret, SecretUse } from './secrets.js'
export { prepareShutdown } from './shutdown.js'
export type { Shutdown, StoppableProcess } from './shutdown.js'
export { anyTargetHost, isAllowedTarget, parseTargetHosts } from './target-hosts.js'
export type { TargetHosts } from './target-hosts.js'
export { isPlainHttpTarget, isWebhookTarget } from './webhook-targets.js'
