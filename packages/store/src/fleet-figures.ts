import type { Database } from './database.js'

/** A number of the fleet, named as the metric that shows it. */
export interface FleetFigureRow {
  name: string
  labels: Record<string, string>
  value: number
}

/** Reads all numbers of the fleet by one statement; finished jobs are not looked at. */
export const readFleetFigures = (database: Database): Promise<FleetFigureRow[]> =>
  database.query<FleetFigureRow>(`
    SELECT 'edfi_tenants_instances' AS name, jsonb_build_object('status', status) AS labels, count(*)::float8 AS value
      FROM instances GROUP BY status
    UNION ALL
    SELECT 'edfi_tenants_instances_by_health', jsonb_build_object('health', health_status), count(*)
      FROM instances WHERE deleted_at IS NULL GROUP BY health_status
    UNION ALL
    SELECT 'edfi_tenants_jobs_unfinished', jsonb_build_object('type', type, 'status', status), count(*)
      FROM jobs WHERE finished_at IS NULL GROUP BY type, status
    UNION ALL
    SELECT 'edfi_tenants_oldest_waiting_job_age_seconds', '{}',
           coalesce(extract(epoch FROM now() - min(next_run_at)), 0)
      FROM jobs WHERE finished_at IS NULL AND NOT held AND next_run_at <= now()
       AND (lease_expires_at IS NULL OR lease_expires_at <= now())
    UNION ALL
    SELECT 'edfi_tenants_server_slots', jsonb_build_object('server', name), max_concurrency
      FROM database_servers WHERE deleted_at IS NULL
    UNION ALL
    SELECT 'edfi_tenants_server_slots_in_use', jsonb_build_object('server', s.name), count(t.job_id)
      FROM database_servers s LEFT JOIN slots t ON t.server_id = s.id WHERE s.deleted_at IS NULL GROUP BY s.id`)
