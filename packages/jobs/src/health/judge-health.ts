import type { DatabaseCounts } from '@edfi-tenants/provisioner'
import type {
  FoundHealth,
  HealthPolicy,
  HealthRecord,
  HealthSubject,
  OdsApiHealth,
  RegistrationHealth,
} from '@edfi-tenants/store'
import type { NotCounted, Probed, Seen } from './findings.js'

/** Until the first answer of a database, signing in included, where its tenant has no limit of its own; in milliseconds. */
const usualLatencyMs = 2_000

/** All that the steps of a check have found about one instance. */
export interface Findings {
  probed: Pick<Probed, 'since' | 'unreachable'>
  seen: Seen | null
  counted: DatabaseCounts | NotCounted | undefined
  registration: RegistrationHealth
  odsApi: OdsApiHealth
}

const hourMs = 3_600_000

/** What the findings mean for an instance, by the thresholds of its tenant. Never healthy because something is not known. */
export function judgeHealth(subject: HealthSubject, findings: Findings): FoundHealth {
  const { probed, seen, counted } = findings
  const counts = counted && !('failed' in counted) ? counted : null
  const silence = whySilent(subject, findings)
  const status = subject.stopped ? 'stopped' : counts === null ? 'unreachable' : 'healthy'
  const reasons =
    status === 'stopped'
      ? ['The instance is stopped.']
      : counts === null
        ? [silence]
        : whyDegraded(subject.policy, counts, sizeOf(subject, seen, probed.since).sizeBytes, findings)
  return {
    instanceId: subject.id,
    status: status === 'healthy' && reasons.length > 0 ? 'degraded' : status,
    reachable: subject.stopped ? null : counts !== null,
    record: {
      reason: reasons.length > 0 ? reasons.join(' ') : null,
      latencyMs: counts === null ? null : Math.round(counts.latencyMs),
      databaseState: seen?.state ?? 'unknown',
      ...sizeOf(subject, seen, probed.since),
      connections: seen?.connections ?? null,
      odsVersion: counts?.odsVersion ?? null,
      dataStandard: counts?.dataStandard ?? null,
      counts: counts?.counts ?? {},
      countsMode: counts?.countsMode ?? null,
      newestChangeAt: counts?.newestChangeAt ?? null,
      registration: findings.registration,
      odsApi: findings.odsApi,
      checks: counts?.checks ?? [],
    },
  }
}

/** The size as it is, or as it was when it was asked for last. A database that is gone has none. */
function sizeOf(
  { health }: HealthSubject,
  seen: Seen | null,
  since: string,
): Pick<HealthRecord, 'sizeBytes' | 'sizeCheckedAt'> {
  if (seen?.sizeBytes != null) return { sizeBytes: seen.sizeBytes, sizeCheckedAt: since }
  const { sizeBytes, sizeCheckedAt } = (health ?? {}) as Partial<HealthRecord>
  if (seen?.state === 'missing') return { sizeBytes: null, sizeCheckedAt: null }
  return { sizeBytes: sizeBytes ?? null, sizeCheckedAt: sizeCheckedAt ?? null }
}

function whySilent({ databaseName }: HealthSubject, { probed, seen, counted }: Findings): string {
  if (probed.unreachable !== null) return probed.unreachable
  switch (seen?.state) {
    case 'missing':
      return `The database "${databaseName}" is not on its server.`
    case 'stopped':
      return `The database "${databaseName}" takes no connections.`
    case 'unavailable':
      return `The database "${databaseName}" cannot be used: its server is not done with it.`
    default:
      return counted && 'failed' in counted ? counted.failed : 'The database was not asked.'
  }
}

function whyDegraded(
  policy: HealthPolicy,
  { latencyMs, newestChangeAt, counts, checks }: DatabaseCounts,
  sizeBytes: number | null,
  { probed, registration, odsApi }: Findings,
): string[] {
  const { maxLatencyMs = usualLatencyMs, staleAfterHours, maxSizeBytes, minDescriptors } = policy
  const reasons: string[] = []
  if (latencyMs > maxLatencyMs)
    reasons.push(`The first answer took ${Math.round(latencyMs)} ms (limit ${maxLatencyMs} ms).`)
  if (staleAfterHours !== undefined) {
    const age = newestChangeAt === null ? null : (Date.parse(probed.since) - Date.parse(newestChangeAt)) / hourMs
    if (age === null) reasons.push('When something changed last is not known.')
    else if (age > staleAfterHours)
      reasons.push(`Nothing has changed for ${Math.floor(age)} hours (limit ${staleAfterHours}).`)
  }
  if (maxSizeBytes !== undefined) {
    if (sizeBytes === null) reasons.push('The size of the database is not known.')
    else if (sizeBytes > maxSizeBytes) reasons.push(`The database has ${sizeBytes} bytes (limit ${maxSizeBytes}).`)
  }
  if (minDescriptors !== undefined) {
    const descriptors = counts['descriptors'] ?? null
    if (descriptors === null) reasons.push('Descriptors could not be counted.')
    else if (descriptors < minDescriptors)
      reasons.push(`There are ${descriptors} descriptors (at least ${minDescriptors} wanted).`)
  }
  for (const { name, ok, detail } of checks) if (!ok) reasons.push(`The check "${name}" failed: ${detail}`)
  if (registration.status === 'missing') reasons.push('Admin API does not have the instance.')
  if (registration.status === 'mismatched')
    reasons.push(`Admin API has something else for: ${registration.differences.join(', ')}.`)
  if (odsApi.status === 'unhealthy') reasons.push(`ODS/API does not serve it: ${odsApi.reason ?? 'no reason given'}.`)
  return reasons
}
