import type { DatabaseCounts, DatabaseProbe } from '@edfi-tenants/provisioner'
import type { HealthScope, OdsApiHealth, RegistrationHealth } from '@edfi-tenants/store'
import type { StepContext } from '../engine/define-job.js'

/** What a health check is asked for besides its instance or server: nothing, or only those whose turn has come. */
export interface HealthCheckParameters {
  /** Scheduled: seconds between the turns of an instance whose tenant says nothing. */
  dueEverySeconds?: number
}

/** Which instances a job is to check. */
export function scopeOf({ job }: StepContext): HealthScope {
  if (job.instanceId !== null) return { ids: [job.instanceId] }
  const { dueEverySeconds = null } = job.parameters as HealthCheckParameters
  return { serverId: job.serverId ?? '', tenant: job.tenant, dueEverySeconds }
}

/** A database from outside, as a step keeps it. */
export type Seen = Pick<DatabaseProbe, 'state' | 'sizeBytes' | 'connections'>

/** What `probe` leaves: the instances that are checked, in order. */
export interface Probed {
  /** When it began, by the control database's clock. */
  since: string
  /** Why the server could not be asked; null: it answered. */
  unreachable: string | null
  /** By instance. */
  seen: Record<string, Seen | null>
}

/** Why an instance could not be counted. */
export interface NotCounted {
  failed: string
}

/** What `count` leaves, by instance: those whose databases take connections. */
export interface Counted {
  counted: Record<string, DatabaseCounts | NotCounted>
}

/** What `check-registration` leaves, by instance. */
export interface Registered {
  registered: Record<string, { registration: RegistrationHealth; odsApi: OdsApiHealth }>
}

const outputOf = ({ job }: StepContext, step: string): unknown => {
  const output = job.steps.find(({ name }) => name === step)?.output
  if (output == null) throw new Error(`The step ${step} of a health check has left nothing.`)
  return output
}

/** What the steps before have found. */
export const probed = (context: StepContext): Probed => outputOf(context, 'probe') as Probed
export const counted = (context: StepContext): Counted['counted'] => (outputOf(context, 'count') as Counted).counted
export const registered = (context: StepContext): Registered['registered'] =>
  (outputOf(context, 'check-registration') as Registered).registered
