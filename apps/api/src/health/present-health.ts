import type { HealthCheck, InstanceHealth } from '@edfi-tenants/contract'
import { noUptime, type HealthCheckRow, type HealthRecord, type InstanceRow, type Uptime } from '@edfi-tenants/store'

/** Counts that every answer has, whether they could be had or not. */
export const usualCounts = [
  'students',
  'staff',
  'educationOrganizations',
  'schools',
  'localEducationAgencies',
  'sections',
  'studentSchoolAssociations',
] as const

const noCounts: Record<string, null> = Object.fromEntries(usualCounts.map((name) => [name, null]))

/** What a record says before the first check. */
const nothing: HealthRecord = {
  reason: null,
  latencyMs: null,
  databaseState: 'unknown',
  sizeBytes: null,
  sizeCheckedAt: null,
  connections: null,
  odsVersion: null,
  dataStandard: null,
  counts: {},
  countsMode: null,
  newestChangeAt: null,
  registration: { status: 'unknown', differences: [], reason: null },
  odsApi: { status: 'not_checked', reason: null, latencyMs: null },
  checks: [],
}

type Checked = Pick<InstanceRow, 'healthStatus' | 'healthSince' | 'healthCheckedAt' | 'health'>

/** The health of an instance as clients see it. */
export function presentHealth(row: Checked, uptime: Uptime = noUptime): InstanceHealth {
  const record: HealthRecord = { ...nothing, ...(row.health as Partial<HealthRecord> | null) }
  return {
    status: row.healthStatus,
    since: row.healthSince,
    reason: record.reason,
    checkedAt: row.healthCheckedAt,
    latencyMs: record.latencyMs,
    databaseState: record.databaseState,
    sizeBytes: record.sizeBytes,
    connections: record.connections,
    odsVersion: record.odsVersion,
    dataStandard: record.dataStandard,
    counts: { ...noCounts, ...record.counts },
    countsMode: record.countsMode,
    freshness: { newestChangeAt: record.newestChangeAt },
    registration: record.registration,
    odsApi: record.odsApi,
    checks: record.checks,
    uptime,
  }
}

/** A check of the history as clients see it. */
export const presentHealthCheck = ({
  checkedAt,
  status,
  reason,
  reachable,
  latencyMs,
  details,
}: HealthCheckRow): HealthCheck => ({
  checkedAt,
  status,
  reason,
  reachable,
  latencyMs,
  details,
})
