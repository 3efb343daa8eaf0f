import { randomUUID } from 'node:crypto'
import { createAdminApiClient } from '@edfi-tenants/admin-api'
import { requestAdoption, requestReregister, type AdoptionBody } from '@edfi-tenants/jobs'
import type { InstanceRow, JobRow } from '@edfi-tenants/store'
import { expect } from 'chai'
import { origin, templateName, type JobStack } from '../../support/job-stack.js'
import { callAdminApi, onServer } from './reconcile-stack.js'

/** The calls of an adoption, as the API would make them, and what somebody made by hand to be adopted. */
export function adoptionOf(stack: JobStack) {
  const made: string[] = []
  const adminApi = createAdminApiClient({})
  async function close(): Promise<void> {
    const rows = await stack.store.database.query<{ id: string; name: string }>(
      'SELECT id, database_name AS name FROM instances',
    )
    for (const name of [...made, ...rows.map((row) => row.name), ...rows.map(({ id }) => `tm_retired_${id}`)])
      await onServer(stack, `drop database if exists "${name}" with (force)`)
    await adminApi.close()
  }
  const unique = (prefix: string) => `${prefix}_${randomUUID().slice(0, 8)}`
  /** An ODS that somebody made by hand. */
  async function madeByHand(): Promise<string> {
    const name = unique('ByHand')
    await onServer(
      stack,
      `create database "${name}" template "${templateName}"`,
      `comment on database "${name}" is 'Grand Bend''s own'`,
    )
    made.push(name)
    return name
  }
  async function adopt(body: Partial<AdoptionBody> & { databaseName: string }) {
    const answer = await requestAdoption(
      { store: stack.store, adminApi },
      {
        ...origin,
        body: { tenant: 'district-one', server: 'local', ...body },
        reservedDatabaseNames: [],
        signal: AbortSignal.timeout(10_000),
      },
    )
    stack.ringer.request()
    return answer
  }
  async function adopted(body: Parameters<typeof adopt>[0]): Promise<InstanceRow> {
    const { job, instance } = await adopt(body)
    const ended = await stack.waitForJob(job.id)
    expect(ended.error, JSON.stringify(ended.steps)).to.equal(null)
    return stack.instance(instance.id)
  }
  const ask = async (work: Promise<{ job: JobRow }>): Promise<JobRow> => {
    const { job } = await work
    stack.ringer.request()
    return job
  }
  const reregister = ({ id }: InstanceRow, asked: { odsInstanceId?: number } = {}) =>
    ask(stack.store.database.transaction((database) => requestReregister(database, id, origin, asked)))
  const registration = async (id: number | null) =>
    (await callAdminApi(stack, 'GET', `/odsInstances/${id}`)).body as {
      name: string
      instanceType: string
      odsInstanceContexts: { contextKey: string; contextValue: string }[]
    }
  return { adminApi, made, close, unique, madeByHand, adopt, adopted, ask, reregister, registration }
}
