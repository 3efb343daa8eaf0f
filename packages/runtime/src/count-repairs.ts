import { Counter, type Registry } from 'prom-client'

/** Registers the count of jobs that had to be rung again, which API and workers have alike, and returns what adds to it. */
export function countRepairs(registry: Registry): (kind: string) => void {
  const repairs = new Counter({
    name: 'edfi_tenants_job_repairs_total',
    help: 'Jobs rung again: lease_ended, as a worker died with them; ring_lost, as nobody came.',
    labelNames: ['kind'],
    registers: [registry],
  })
  for (const kind of ['lease_ended', 'ring_lost']) repairs.inc({ kind }, 0)
  return (kind) => repairs.inc({ kind })
}
