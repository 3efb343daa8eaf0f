import type { FleetHealthRow } from '@edfi-tenants/store'
import { csvOf } from '../http/csv.js'
import { presentHealth } from './present-health.js'

const plainColumns = [
  'tenant',
  'name',
  'id',
  'number',
  'environment',
  'server',
  'status',
  'health',
  'reason',
  'since',
  'checkedAt',
  'odsVersion',
  'dataStandard',
  'latencyMs',
  'databaseState',
  'sizeBytes',
  'connections',
  'registration',
  'odsApi',
  'newestChangeAt',
  'uptime24h',
  'uptime7d',
  'uptime30d',
  'countsMode',
]

/** The health of a fleet as CSV, one line per instance; the counts that any of them has are the last columns. */
export function fleetCsv(rows: readonly FleetHealthRow[]): string {
  const lines = rows.map((row) => {
    const health = presentHealth(
      { healthStatus: row.health, healthSince: row.since, healthCheckedAt: row.checkedAt, health: row.record as never },
      row.uptime,
    )
    return { row, health }
  })
  const counts = [...new Set(lines.flatMap(({ health }) => Object.keys(health.counts)))]
  return csvOf(
    [...plainColumns, ...counts],
    lines.map(({ row, health }) => [
      row.tenant,
      row.name,
      row.id,
      row.number,
      row.environment,
      row.server,
      row.status,
      row.health,
      health.reason,
      row.since,
      row.checkedAt,
      row.odsVersion,
      row.dataStandard,
      health.latencyMs,
      health.databaseState,
      health.sizeBytes,
      health.connections,
      health.registration.status,
      health.odsApi.status,
      health.freshness.newestChangeAt,
      health.uptime['24h'],
      health.uptime['7d'],
      health.uptime['30d'],
      health.countsMode,
      ...counts.map((name) => health.counts[name] ?? null),
    ]),
  )
}
