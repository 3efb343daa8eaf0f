import { Failure } from '@edfi-tenants/core'
import type { Database } from '../database.js'
import type { Lease } from '../jobs/claim-job.js'
import type { FoundHealth } from './health-record.js'

/** A single result says little: another status is told of when two checks in a row, that both meant something, found it. */
const isConfirmed = '(verdict <> announced AND verdict = earlier_status AND NOT unclear)'

/**
 * An instance that is being changed, or was since the check began, says nothing by not answering: its health stays as it
 * was. Counts stand in the history only where they have changed. Rows are locked in one order, as two checks may meet.
 */
const record = `
  WITH j AS (
    SELECT id FROM jobs WHERE id = $1 AND epoch = $2 AND lease_expires_at > now() FOR UPDATE
  ), found AS MATERIALIZED (
    SELECT f."instanceId" AS id, f.status, f.reachable, f.record FROM j, jsonb_to_recordset($4::jsonb)
      AS f ("instanceId" uuid, status text, reachable boolean, record jsonb)
  ), locked AS MATERIALIZED (
    SELECT i.id, i.tenant, i.name, i.status, i.health, i.health_status, i.health_announced FROM instances i
    WHERE i.id IN (SELECT id FROM found) AND i.status IN ('active', 'stopped') ORDER BY i.id FOR NO KEY UPDATE
  ), seen AS MATERIALIZED (
    SELECT f.*, i.tenant, i.name, i.health AS earlier, i.health_status AS earlier_status, i.health_announced AS announced, i.status = 'stopped' AS stopped,
      EXISTS (SELECT FROM jobs c WHERE c.instance_id = i.id AND c.changing AND (c.finished_at IS NULL OR c.finished_at > $5::timestamptz)) AS maintained
    FROM found f JOIN locked i USING (id)
  ), judged AS MATERIALIZED (
    SELECT *, CASE WHEN stopped OR maintained THEN NULL ELSE reachable END AS counted,
      maintained AND NOT stopped AND reachable IS DISTINCT FROM true AS unclear,
      CASE WHEN stopped THEN 'stopped' WHEN maintained AND reachable IS DISTINCT FROM true THEN earlier_status ELSE status END AS verdict,
      CASE WHEN stopped THEN 'The instance is stopped.' WHEN maintained AND reachable IS DISTINCT FROM true
        THEN 'A job was changing the instance during the check.' ELSE record ->> 'reason' END AS why
    FROM seen
  ), history AS (
    INSERT INTO health_checks (instance_id, status, reason, reachable, latency_ms, details)
    SELECT id, verdict, why, counted, (record ->> 'latencyMs')::float8::integer, jsonb_strip_nulls(jsonb_build_object(
      'databaseState', record -> 'databaseState', 'sizeBytes', record -> 'sizeBytes', 'connections', record -> 'connections',
      'registration', record #> '{registration,status}', 'odsApi', record #> '{odsApi,status}',
      'failedChecks', (SELECT jsonb_agg(c -> 'name') FROM jsonb_array_elements(record -> 'checks') AS c WHERE NOT (c ->> 'ok')::boolean),
      'countsMode', CASE WHEN earlier -> 'counts' IS DISTINCT FROM record -> 'counts' THEN record -> 'countsMode' END,
      'counts', CASE WHEN earlier -> 'counts' IS DISTINCT FROM record -> 'counts' THEN record -> 'counts' END))
    FROM judged ORDER BY id
  ), event AS (
    INSERT INTO job_events (type, tenant, instance_id, data)
    SELECT 'instance.health_changed', tenant, id, jsonb_build_object('name', name, 'from', announced, 'to', verdict, 'reason', why)
    FROM judged WHERE ${isConfirmed} ORDER BY id
  ), instance AS (
    UPDATE instances i SET health_checked_at = now(), health_status = verdict,
      health_announced = CASE WHEN ${isConfirmed} THEN verdict ELSE announced END,
      health_since = CASE WHEN i.health_status = verdict THEN coalesce(i.health_since, now()) ELSE now() END,
      health = CASE WHEN unclear AND i.health IS NOT NULL THEN i.health ELSE record || jsonb_build_object('reason', why) END,
      ods_version = coalesce(record ->> 'odsVersion', i.ods_version), data_standard = coalesce(record ->> 'dataStandard', i.data_standard)
    FROM judged WHERE i.id = judged.id
  ), step AS (
    UPDATE job_steps s SET output = CASE WHEN s.position = $3 THEN jsonb_build_object('recorded', (SELECT count(*) FROM judged)) END
    FROM j WHERE s.job_id = j.id AND s.position <= $3
  )
  SELECT verdict AS status, count(*)::integer AS instances FROM judged GROUP BY verdict
  UNION ALL SELECT NULL, 0 FROM j`

/**
 * Writes what a job's checks found, in one statement that takes effect only while the worker's lease holds: history and
 * instances, and in the step at `position` that it was done; what the steps before kept is no longer needed and removed.
 * Fails with `lease_lost` otherwise. `since` is when the checks began. Returns how many instances have which status.
 */
export async function recordHealth(
  database: Database,
  lease: Lease,
  check: { position: number; since: string; found: readonly FoundHealth[] },
): Promise<Record<string, number>> {
  const rows = await database.query<{ status: string | null; instances: number }>(record, [
    lease.jobId,
    lease.epoch,
    check.position,
    JSON.stringify(check.found, storable),
    check.since,
  ])
  if (rows.length === 0) throw new Failure('lease_lost', 'This worker no longer holds the job.')
  return Object.fromEntries(
    rows.flatMap(({ status, instances }) => (status === null ? [] : [[status, instances] as const])),
  )
}

/** Texts from elsewhere without what PostgreSQL cannot keep: NUL, and halves of characters. */
const storable = (_key: string, value: unknown): unknown =>
  typeof value === 'string' ? Buffer.from(value.replaceAll('\0', ''), 'utf8').toString('utf8') : value
