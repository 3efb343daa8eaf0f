import type { Api } from '../reference/api.js'
import { readRegistration } from './read-registration.js'
import type { Addresses } from './show-addresses.js'

/** What the demo works with. */
export interface Demo {
  api: Api
  addresses: Addresses
  print: (text: string) => void
}

interface JobStep {
  name: string
  status: 'pending' | 'running' | 'succeeded' | 'failed' | 'skipped' | 'undone'
  durationMs: number | null
}

interface Job {
  id: string
  status: string
  steps: JobStep[]
  finishedAt: string | null
  error: { detail?: string; title?: string; code?: string } | null
}

interface Instance {
  id: string
  name: string
  status: string
  databaseName: string
  odsInstanceId: number | null
}

interface Health {
  status: string
  reason: string | null
  counts: Record<string, number | null>
}

const tenant = 'demo-district'
const request = {
  tenant,
  name: 'Demo District 2026',
  template: 'populated',
  contexts: { schoolYearFromRoute: '2026' },
  labels: { district: '255901', schoolYear: '2026', stage: 'demo' },
}
const finishedWithinMs = 5 * 60_000

/** Onboards a tenant and an instance as a client would, shows each step, and looks whether they are really there. */
export async function onboard(demo: Demo): Promise<void> {
  const { api, print } = demo
  print('\nOnboarding through the HTTP API')
  await api.call('POST', '/v1/tenants', { body: { name: tenant, displayName: 'Demo District' } })
  print(`  POST /v1/tenants → ${tenant}`)
  const { status, body } = await api.call<{ job: Job; instance: Instance }>('POST', '/v1/instances', { body: request })
  print(`  POST /v1/instances → ${status}, job ${body.job.id}`)
  await followJob(api, body.job.id, print)

  const { body: instance } = await api.call<Instance>('GET', `/v1/instances/${body.instance.id}`)
  if (instance.status !== 'active') throw new Error(`The instance is ${instance.status}, not active.`)
  const { body: check } = await api.call<{ job: Job }>('POST', `/v1/instances/${instance.id}/health-checks`)
  print(`  POST /v1/instances/${instance.id}/health-checks → job ${check.job.id}`)
  await followJob(api, check.job.id, print)
  const { body: health } = await api.call<Health>('GET', `/v1/instances/${instance.id}/health`)
  if (health.status !== 'healthy') throw new Error(`The instance is ${health.status}: ${health.reason ?? 'no reason'}`)
  print(`  database ${instance.databaseName}: ${health.status}, ${countsOf(health)}`)
  const registration = await readRegistration(demo.addresses, tenant, instance)
  print(`  Admin API: OdsInstance ${registration.id} "${registration.name}", contexts ${registration.contexts}`)
  print(`  Instance "${instance.name}" is active.`)
}

/** Shows each step as soon as it has ended; throws with the job's own words when the job fails. */
async function followJob(api: Api, id: string, print: (text: string) => void): Promise<void> {
  const shown = new Set<string>()
  const show = ({ name, status, durationMs }: JobStep): void => {
    if (shown.has(name) || status === 'pending' || status === 'running') return
    shown.add(name)
    const took = durationMs === null ? '' : ` ${durationMs} ms`
    print(`    ${status === 'succeeded' ? '✓' : '·'} ${name.padEnd(22)}${status === 'succeeded' ? took : ` ${status}`}`)
  }
  for (const deadline = Date.now() + finishedWithinMs; ;) {
    const { body: job } = await api.call<Job>('GET', `/v1/jobs/${id}`, { headers: { prefer: 'wait=1' } })
    for (const step of job.steps) show(step)
    if (job.status === 'succeeded') return
    if (job.finishedAt !== null)
      throw new Error(`The job is ${job.status}: ${job.error?.detail ?? job.error?.title ?? 'no reason is given'}`)
    if (Date.now() > deadline) throw new Error(`The job has not ended after ${finishedWithinMs / 60_000} minutes.`)
  }
}

const shown = {
  students: 'students',
  staff: 'staff',
  schools: 'schools',
  localEducationAgencies: 'districts',
  sections: 'sections',
  studentSchoolAssociations: 'enrollments',
}

const countsOf = ({ counts }: Health): string =>
  Object.entries(shown)
    .map(([key, what]) => `${what} ${counts[key]?.toLocaleString('en') ?? 'unknown'}`)
    .join(' · ')
