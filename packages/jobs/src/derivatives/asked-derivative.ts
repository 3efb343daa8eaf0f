import { Failure, type DerivativeType, type JsonObject } from '@edfi-tenants/core'
import { sealRegisteredString, type DerivativeRow, type NewDerivative } from '@edfi-tenants/store'
import type { StepContext } from '../engine/define-job.js'
import { registeredLogin } from '../steps/create-database.js'

/** The operator's own database that a derivative leads to, as ODS/API reaches it. */
export interface RegisteredAddress {
  host: string
  port: number | null
}

/** The derivative that a job is about, by its parameters. */
export const derivativeTypeOf = ({ job }: Pick<StepContext, 'job'>): DerivativeType =>
  job.parameters['derivativeType'] === 'ReadReplica' ? 'ReadReplica' : 'Snapshot'

/** What is on record of it before the job's own changes. */
export const derivativeOnRecord = (context: StepContext): DerivativeRow | undefined =>
  context.instance.derivatives.find((row) => row.derivativeType === derivativeTypeOf(context))

/** What the copying step of this job saved: the copy, and what it takes the place of. */
export interface CopiedDerivative {
  databaseName: string
  identity: string | null
  replaces: { databaseName: string; identity: string | null } | null
}

/** Name of the step that leaves a {@link CopiedDerivative}. */
export const copyStepName = 'copy-derivative'

/** The copy that this job made; null where it makes none. */
export function copiedDerivative({ job }: Pick<StepContext, 'job'>): CopiedDerivative | null {
  const output = job.steps.find(({ name }) => name === copyStepName)?.output
  return (output ?? null) as unknown as CopiedDerivative | null
}

/** The record of a derivative that leads to a database of ours. */
export const copyRecord = (databaseName: string, identity: string | null): NewDerivative => ({
  derivativeType: 'Snapshot',
  source: 'copy',
  databaseName,
  databaseIdentity: identity,
  registered: null,
})

/** The record of what this job is to register. */
export function askedDerivative(context: StepContext): NewDerivative {
  const copied = copiedDerivative(context)
  if (copied) return copyRecord(copied.databaseName, copied.identity)
  const { registered } = context.job.parameters as { registered?: JsonObject }
  if (!registered) throw new Failure('internal_error', 'The job names no derivative.')
  const { host, port, databaseName } = registered
  return {
    derivativeType: derivativeTypeOf(context),
    source: 'registered',
    databaseName: typeof databaseName === 'string' ? databaseName : context.instance.databaseName,
    databaseIdentity: null,
    registered: { host: host ?? null, port: port ?? null },
  }
}

/**
 * Makes the instance's registration lead to a derivative, with the login that ODS/API uses for the instance. Gives the
 * connection string, sealed for the record.
 */
export async function registerDerivativeOf(
  context: StepContext,
  derivative: NewDerivative,
): Promise<{ registeredString: string }> {
  const { instance, store, signal, fence } = context
  if (instance.odsInstanceId === null)
    throw new Failure('registration_missing', 'The instance is not registered with Admin API.')
  const access = await context.database()
  const { server, provisioner } = access
  const { registered } = derivative
  const settings = server.settings as { registered?: JsonObject }
  const { host, port } = (registered ?? {}) as { host?: string; port?: number | null }
  const address = {
    ...(settings.registered ?? {}),
    ...(host === undefined ? {} : { host }),
    ...(port == null ? {} : { port }),
  }
  const connectionString = await provisioner.registeredConnectionString(
    registered ? { ...server, settings: { ...server.settings, registered: address } } : server,
    { databaseName: derivative.databaseName, login: await registeredLogin(context, access) },
  )
  const { derivativeType } = derivative
  await (
    await context.adminApi()
  ).putDerivative(instance.odsInstanceId, { derivativeType, connectionString }, { signal, fence })
  return { registeredString: sealRegisteredString(store.sealer, instance.id, connectionString, derivativeType) }
}
