import { Failure } from '@edfi-tenants/core'
import {
  jobCatalogue,
  requestDelete,
  requestRename,
  requestStart,
  requestStop,
  requestUndelete,
  type AskedApplication,
  type DeleteRequest,
  type JobDefinition,
  type Step,
} from '@edfi-tenants/jobs'
import type { Database, InstanceRow, JobRow } from '@edfi-tenants/store'
import { expect } from 'chai'
import pg from 'pg'
import { databasesLike } from '../../support/killed-workers.js'
import { origin, type JobStack } from '../../support/job-stack.js'
import { urlOf } from './archive-stack.js'

/** The calls of an instance's life, as the API would make them; each returns the job that was written. */
export function lifeOf(stack: JobStack) {
  const ask = async (write: (database: Database) => Promise<{ job: JobRow }>): Promise<JobRow> => {
    const { job } = await stack.store.database.transaction(write)
    stack.ringer.request()
    return job
  }
  return {
    stop: ({ id }: { id: string }) => ask((database) => requestStop(database, id, origin)),
    start: ({ id }: { id: string }) => ask((database) => requestStart(database, id, origin)),
    rename: ({ id }: { id: string }, names: { name?: string; databaseName?: string }) =>
      ask((database) => requestRename(database, id, origin, names, { reservedDatabaseNames: [] })),
    delete: (
      { id, name }: { id: string; name: string },
      request: Partial<DeleteRequest> = {},
      limit: number | null = null,
    ) =>
      ask((database) =>
        requestDelete(
          database,
          id,
          origin,
          {
            confirm: name,
            archive: false,
            applications: 'refuse',
            purge: 'scheduled',
            acceptSameServer: false,
            ...request,
          },
          { allowDelete: true, maxDeletesPerHour: limit },
        ),
      ),
    undelete: ({ id }: { id: string }) => ask((database) => requestUndelete(database, id, origin)),
    /** Waits for a job's end, which has to be a good one. */
    async done(asked: Promise<JobRow>): Promise<JobRow> {
      const ended = await stack.waitForJob((await asked).id)
      expect(ended.error, `${ended.type}: ${JSON.stringify(ended.steps)}`).to.equal(null)
      expect(ended.status).to.equal('succeeded')
      return ended
    },
    /** Waits for a job's bad end. */
    async failed(asked: Promise<JobRow>): Promise<JobRow> {
      const ended = await stack.waitForJob((await asked).id)
      expect(ended.status, ended.type).to.equal('failed')
      return ended
    },
  }
}

/** What there is of an instance, on our record and outside. Two of these are equal when nothing has changed. */
export async function worldOf(stack: JobStack, id: string) {
  const row = await stack.instance(id)
  const client = await stack.simulator.issueToken()
  const registrations = await registrationsOf(stack, client)
  const registered = registrations.filter(
    (each) => each.id === row.odsInstanceId || each.name === row.name || each.name.includes(id),
  )
  const { name, databaseName, status, nameHeld, retiredName, contexts, odsInstanceId, tombstone } = row
  return {
    record: { name, databaseName, status, nameHeld, retiredName, contexts, odsInstanceId, tombstone },
    databases: [
      ...(await databasesLike(stack.serverUrl, databaseName.replaceAll('_', '\\_'))),
      ...(await databasesLike(stack.serverUrl, `tm\\_%${id}%`)),
    ],
    isOpen: await canConnect(stack, databaseName),
    registrations: registered,
  }
}

interface Registered {
  id: number
  name: string
  contexts: Record<string, string>
  derivatives: string[]
}

async function registrationsOf(stack: JobStack, token: string): Promise<Registered[]> {
  const ask = async (path: string): Promise<unknown> =>
    (
      await fetch(`${stack.simulator.url}/v2${path}`, {
        headers: { tenant: 'district-one', authorization: `Bearer ${token}` },
      })
    ).json()
  const all = (await ask('/odsInstances?offset=0&limit=500')) as { id: number }[]
  return Promise.all(
    all.map(async ({ id }) => {
      const one = (await ask(`/odsInstances/${id}`)) as {
        name: string
        odsInstanceContexts: { contextKey: string; contextValue: string }[]
        odsInstanceDerivatives: { derivativeType: string }[]
      }
      return {
        id,
        name: one.name,
        contexts: Object.fromEntries(one.odsInstanceContexts.map((each) => [each.contextKey, each.contextValue])),
        derivatives: one.odsInstanceDerivatives.map((each) => each.derivativeType),
      }
    }),
  )
}

/** Whether the privileged login may connect. */
export async function canConnect(stack: JobStack, databaseName: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: urlOf(stack, databaseName) })
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}

const dies = (): Failure => new Failure('server_unreachable', 'The worker died right after.', { retryable: true })

/** All jobs, with every step of this one run (and undone) twice: the first time as if the worker died right after. */
export function everyStepTwice(type: string): ReadonlyMap<string, JobDefinition> {
  const seen = new Set<string>()
  const twice =
    (key: string, work: Step['run']): Step['run'] =>
    async (context) => {
      const result = await work(context)
      const once = `${context.job.id} ${key}`
      if (seen.has(once)) return result
      seen.add(once)
      throw dies()
    }
  return withSteps(type, (step) => ({
    ...step,
    run: twice(`run ${step.name}`, step.run),
    ...(step.undo ? { undo: twice(`undo ${step.name}`, step.undo) } : {}),
  }))
}

/** All jobs, of which this one fails in the step of this name, after it has done what it does. */
export const failingAfter = (type: string, name: string): ReadonlyMap<string, JobDefinition> =>
  withSteps(type, (step) =>
    step.name === name
      ? {
          ...step,
          async run(context) {
            await step.run(context)
            throw new Failure('admin_api_refused', 'The test lets it fail here.')
          },
        }
      : step,
  )

/** All jobs, of which this one has nowhere to keep archives but the database server itself. */
export const withoutArchiveStorage = (type: string): ReadonlyMap<string, JobDefinition> =>
  withSteps(type, (step) => ({ ...step, run: (context) => step.run({ ...context, archives: null }) }))

function withSteps(type: string, change: (step: Step) => Step): ReadonlyMap<string, JobDefinition> {
  const definition = jobCatalogue.get(type)
  if (!definition) throw new Error(`There is no job ${type}.`)
  const steps = definition.steps.map(change)
  const pivot = definition.pivot ? (steps[definition.steps.indexOf(definition.pivot)] ?? null) : null
  return new Map([...jobCatalogue, [type, { ...definition, steps, pivot }]])
}

/** Makes an active instance. */
export async function createActive(stack: JobStack, name: string, more: object = {}): Promise<InstanceRow> {
  const { job, instance } = await stack.create({ name, contexts: { schoolYearFromRoute: name.slice(-40) }, ...more })
  expect((await stack.waitForJob(job.id)).error).to.equal(null)
  return stack.instance(instance.id)
}

/** Deletes an application in Admin API, as its owner would. */
export async function deleteApplication(stack: JobStack, id: number): Promise<void> {
  const response = await fetch(`${stack.simulator.url}/v2/applications/${id}`, {
    method: 'DELETE',
    headers: { tenant: 'district-one', authorization: `Bearer ${await stack.simulator.issueToken()}` },
  })
  expect(response.status).to.equal(200)
}

/** Registers a derivative in Admin API, as somebody else would. */
export async function addDerivative(stack: JobStack, odsInstanceId: number, derivativeType: string): Promise<void> {
  const response = await fetch(`${stack.simulator.url}/v2/odsInstanceDerivatives`, {
    method: 'POST',
    headers: {
      tenant: 'district-one',
      authorization: `Bearer ${await stack.simulator.issueToken()}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ odsInstanceId, derivativeType, connectionString: 'host=replica;database=ods' }),
  })
  expect(response.status).to.equal(201)
}

/** Deletes a registration in Admin API behind our back. */
export async function deleteRegistrationOf(stack: JobStack, odsInstanceId: number): Promise<void> {
  const headers = { tenant: 'district-one', authorization: `Bearer ${await stack.simulator.issueToken()}` }
  const url = `${stack.simulator.url}/v2`
  const read = await fetch(`${url}/odsInstances/${odsInstanceId}`, { headers })
  const { odsInstanceContexts } = (await read.json()) as { odsInstanceContexts: { id: number }[] }
  for (const { id } of odsInstanceContexts)
    await fetch(`${url}/odsInstanceContexts/${id}`, { method: 'DELETE', headers })
  expect((await fetch(`${url}/odsInstances/${odsInstanceId}`, { method: 'DELETE', headers })).status).to.equal(200)
}

/** An application that is asked for with an instance. */
export const ownApplication: AskedApplication = {
  applicationName: 'Own',
  vendor: { company: 'Sunny SIS', namespacePrefixes: [], contactName: 'Sam', contactEmailAddress: 'sam@sunny.example' },
  claimSetName: 'SIS Vendor',
  educationOrganizationIds: [255901],
}

/** The one worker of a stack, which others can take the place of. */
export function onlyWorkerOf(stack: JobStack) {
  let worker = stack.startWorker()
  const start = (options?: Parameters<JobStack['startWorker']>[0]): void => {
    worker = stack.startWorker(options)
  }
  const stop = (): Promise<void> => worker.stop()
  const replace = async (options?: Parameters<JobStack['startWorker']>[0]): Promise<void> => {
    await stop()
    start(options)
  }
  return {
    start,
    stop,
    replace,
    /** Runs something while the only worker knows these definitions. */
    async withDefinitions<Result>(
      definitions: ReadonlyMap<string, JobDefinition>,
      work: () => Promise<Result>,
    ): Promise<Result> {
      await replace({ definitions })
      try {
        return await work()
      } finally {
        await replace()
      }
    },
  }
}
