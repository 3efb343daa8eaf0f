import { randomUUID } from 'node:crypto'
import { requestAdoption, requestReregister, type AdoptionBody } from '@edfi-tenants/jobs'
import { createAdminApiClient } from '@edfi-tenants/admin-api'
import { type InstanceRow, type JobRow } from '@edfi-tenants/store'
import { expect } from 'chai'
import { registrations } from '../../support/registrations.js'
import { origin, startJobStack, templateName, type JobStack, type RunningTestWorker } from '../../support/job-stack.js'
import { createActive, deleteRegistrationOf, everyStepTwice, failingAfter, lifeOf } from './life-stack.js'
import { callAdminApi, commentOf, onServer, registerByHand } from './reconcile-stack.js'

describe('adopting, registering again and releasing, with workers that die', function () {
  this.timeout(180_000)
  let stack: JobStack
  let worker: RunningTestWorker
  let life: ReturnType<typeof lifeOf>
  const made: string[] = []
  const adminApi = createAdminApiClient({})

  before(async () => {
    stack = await startJobStack()
    life = lifeOf(stack)
    worker = stack.startWorker()
  })
  after(async () => {
    const rows = await stack.store.database.query<{ id: string; name: string }>(
      'SELECT id, database_name AS name FROM instances',
    )
    for (const name of [...made, ...rows.map((row) => row.name), ...rows.map(({ id }) => `tm_retired_${id}`)])
      await onServer(stack, `drop database if exists "${name}" with (force)`)
    await adminApi.close()
    await stack.close()
  })

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
  const replaceWorker = async (definitions?: Parameters<JobStack['startWorker']>[0]) => {
    await worker.stop()
    worker = stack.startWorker(definitions)
  }

  it('gives everything back when adopting fails at its last step, also when workers die after each step', async () => {
    for (const takesOver of [false, true]) {
      const databaseName = await madeByHand()
      const name = unique('Failing')
      const odsInstanceId = takesOver ? await registerByHand(stack, name) : undefined
      const failing = failingAfter('instance.adopt', 'verify-registration')
      await replaceWorker({ definitions: failing })
      const { job, instance } = await adopt({
        databaseName,
        ...(odsInstanceId === undefined ? { name } : { odsInstanceId, name: `${name} new` }),
      })
      const ended = await stack.waitForJob(job.id)
      expect(ended.error).to.include({ code: 'admin_api_refused' })
      expect(ended.outcome).to.deep.include({ compensation: 'done', leftovers: [] })
      expect(await stack.instance(instance.id)).to.include({ status: 'failed', nameHeld: false, odsInstanceId: null })
      expect(await commentOf(stack, databaseName)).to.equal("Grand Bend's own")
      if (odsInstanceId !== undefined)
        expect(await registration(odsInstanceId)).to.include({ name, instanceType: 'ByHand' })
      else expect(await registrations(stack)).not.to.include(name)
      await replaceWorker({ definitions: everyStepTwice('instance.adopt') })
      const instance2 = await adopted({ databaseName, ...(odsInstanceId === undefined ? { name } : { odsInstanceId }) })
      expect(instance2).to.include({ status: 'active', name })
      await replaceWorker()
    }
  })

  it('registers again what is gone or changed, also when workers die after each step', async () => {
    await replaceWorker({ definitions: everyStepTwice('instance.reregister') })
    const instance = await createActive(stack, 'Registered again')
    const first = instance.odsInstanceId ?? 0
    await deleteRegistrationOf(stack, first)
    await life.done(reregister(instance))
    const anew = await stack.instance(instance.id)
    expect(anew.odsInstanceId).to.be.greaterThan(first)
    expect(await registration(anew.odsInstanceId)).to.include({ name: instance.name })
    expect((await registration(anew.odsInstanceId)).odsInstanceContexts[0]).to.include({
      contextKey: 'schoolYearFromRoute',
    })
    await replaceWorker()
  })
})
