import type { HealthStatus } from '@edfi-tenants/core'

/** How often a tenant's instances are checked, and what counts as degraded; what is absent has its default. */
export interface HealthPolicy {
  /** Slower than this is degraded; default 2,000. */
  maxLatencyMs?: number
  /** Degraded when nothing has changed for so long; default: never. */
  staleAfterHours?: number
  /** Larger than this is degraded; default: never. */
  maxSizeBytes?: number
  /** Fewer descriptors are degraded; default: never. */
  minDescriptors?: number
  /** Names of SQL checks, which are files on the workers. */
  checks?: string[]
  /** Default: as the workers are set. */
  intervalMinutes?: number
}

/** Whether Admin API has the instance as it should; `unknown` while it cannot be asked. */
export interface RegistrationHealth {
  status: 'matching' | 'missing' | 'mismatched' | 'unknown'
  /** The fields that differ. */
  differences: string[]
  /** Why it is not known. */
  reason: string | null
}

/** What ODS/API itself answered for the instance. */
export interface OdsApiHealth {
  status: 'healthy' | 'unhealthy' | 'not_checked'
  reason: string | null
  latencyMs: number | null
}

/** What a check has found in an instance; stands in its row. What could not be had is null, never 0. */
export interface HealthRecord {
  reason: string | null
  latencyMs: number | null
  databaseState: 'online' | 'stopped' | 'unavailable' | 'missing' | 'unknown'
  sizeBytes: number | null
  /** When the size was asked for: looking at every file of a database is not done with each check. */
  sizeCheckedAt: string | null
  connections: number | null
  odsVersion: string | null
  dataStandard: string | null
  counts: Record<string, number | null>
  countsMode: 'exact' | 'estimated' | null
  newestChangeAt: string | null
  registration: RegistrationHealth
  odsApi: OdsApiHealth
  checks: { name: string; ok: boolean; detail: string }[]
}

/** A check of one instance as it is to be recorded. */
export interface FoundHealth {
  instanceId: string
  status: HealthStatus
  /** Whether the database answered; null where it was not to be asked. */
  reachable: boolean | null
  record: HealthRecord
}
