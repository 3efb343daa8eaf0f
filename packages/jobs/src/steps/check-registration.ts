import type { JsonObject } from '@edfi-tenants/core'
import { readHealthSubjects, type HealthSubject, type OdsApiHealth, type RegistrationHealth } from '@edfi-tenants/store'
import { defineStep, type StepContext } from '../engine/define-job.js'
import { compareRegistration, type FoundRegistration } from '../health/compare-registration.js'
import { findingOf } from '../health/finding-of.js'
import { counted, probed, type Registered } from '../health/findings.js'

/** How long ODS/API is asked for the instances of one check, in milliseconds; those left are not checked. */
const odsApiBudgetMs = 120_000

/**
 * Compares the registrations with what is on record, and asks ODS/API itself where it may be asked. All instances of an
 * Admin API tenant by one list, a single instance with its contexts. None of it fails the job: what cannot be asked is
 * unknown.
 */
export const checkRegistration = defineStep({
  name: 'check-registration',
  timeoutMs: 10 * 60_000,
  async run(context) {
    const ids = Object.keys(probed(context).seen)
    const subjects = await readHealthSubjects(context.store.database, { ids })
    const registrations =
      context.job.instanceId === null ? await compareAll(context, subjects) : await compareEach(context, subjects)
    const probes = await askOdsApi(context, subjects)
    const registered: Registered['registered'] = {}
    for (const { id } of subjects)
      registered[id] = {
        registration: registrations.get(id) ?? unknown('It was not asked for.'),
        odsApi: probes.get(id) ?? notChecked('The database did not answer.'),
      }
    const all = [...registrations.values()]
    const matching = all.filter(({ status }) => status === 'matching').length
    return {
      output: { registered } as unknown as JsonObject,
      detail: `${matching} of ${all.length} registrations match.`,
    }
  },
})

const unknown = (reason: string): RegistrationHealth => ({ status: 'unknown', differences: [], reason })
const notChecked = (reason: string): OdsApiHealth => ({ status: 'not_checked', reason, latencyMs: null })

async function compareEach(
  { adminApi, signal }: StepContext,
  subjects: readonly HealthSubject[],
): Promise<Map<string, RegistrationHealth>> {
  const found = new Map<string, RegistrationHealth>()
  for (const subject of subjects)
    try {
      const { odsInstanceId } = subject
      const read = odsInstanceId === null ? null : await (await adminApi()).readRegistration(odsInstanceId, { signal })
      found.set(subject.id, compareRegistration(subject, read))
    } catch (error) {
      found.set(subject.id, unknown(findingOf(error, signal)))
    }
  return found
}

async function compareAll(
  context: StepContext,
  subjects: readonly HealthSubject[],
): Promise<Map<string, RegistrationHealth>> {
  const found = new Map<string, RegistrationHealth>()
  const silent = new Map<string, string>()
  for (const [{ environmentId, adminTenant }, group] of byAdminTenant(subjects)) {
    const silence = silent.get(environmentId)
    const listed = silence ?? (await listRegistrations(context, environmentId, adminTenant))
    // Whoever does not answer for one tenant is not waited for with each of the others.
    if (typeof listed === 'string' && listed.startsWith('admin_api_unreachable')) silent.set(environmentId, listed)
    for (const subject of group)
      found.set(
        subject.id,
        typeof listed === 'string' ? unknown(listed) : compareRegistration(subject, listed.get(subject.odsInstanceId)),
      )
  }
  return found
}

/** By their ids; a text when they could not be had. */
async function listRegistrations(
  { adminApiOf, signal }: StepContext,
  environmentId: string,
  adminTenant: string,
): Promise<Map<number | null, FoundRegistration> | string> {
  try {
    const api = await adminApiOf(environmentId, adminTenant)
    return new Map((await api.listRegistrations({ signal })).map((each) => [each.odsInstanceId, each]))
  } catch (error) {
    return findingOf(error, signal)
  }
}

function byAdminTenant(subjects: readonly HealthSubject[]): [HealthSubject, HealthSubject[]][] {
  const groups = new Map<string, [HealthSubject, HealthSubject[]]>()
  for (const subject of subjects) {
    const key = `${subject.environmentId} ${subject.adminTenant.toLowerCase()}`
    const group = groups.get(key) ?? [subject, []]
    group[1].push(subject)
    groups.set(key, group)
  }
  return [...groups.values()]
}

/** Only for instances whose databases answer: of the others it is known why ODS/API cannot serve them. */
async function askOdsApi(context: StepContext, subjects: readonly HealthSubject[]): Promise<Map<string, OdsApiHealth>> {
  const { signal } = context
  const answers = counted(context)
  const found = new Map<string, OdsApiHealth>()
  const began = performance.now()
  const opened = new Map<string, ReturnType<StepContext['odsApiOf']>>()
  for (const { id, environmentId, adminTenant, contexts } of subjects) {
    const answer = answers[id]
    if (!answer || 'failed' in answer) continue
    if (performance.now() - began > odsApiBudgetMs) {
      found.set(id, notChecked('ODS/API took too long with the others.'))
      continue
    }
    try {
      const odsApi = opened.get(environmentId) ?? context.odsApiOf(environmentId)
      opened.set(environmentId, odsApi)
      const probe = await (await odsApi).probe({ adminTenant, contexts }, { signal })
      found.set(id, {
        status: probe.status,
        reason: probe.status === 'healthy' ? null : probe.reason,
        latencyMs: probe.status === 'healthy' ? probe.latencyMs : null,
      })
    } catch (error) {
      found.set(id, notChecked(findingOf(error, signal)))
    }
  }
  return found
}
