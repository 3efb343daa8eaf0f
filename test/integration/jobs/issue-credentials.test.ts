import type { AskedApplication } from '@edfi-tenants/jobs'
import { listCredentials, openCredentialSecret } from '@edfi-tenants/store'
import { expect } from 'chai'
import { startJobStack, type JobStack } from '../../support/job-stack.js'
import { adminApiOf, type PlainAdminApi } from '../../support/plain-admin-api.js'
import { longTest } from '../../support/long-test.js'

const vendor = {
  company: 'Sunny SIS',
  namespacePrefixes: ['uri://sunny.example'],
  contactName: 'Sam',
  contactEmailAddress: 'sam@sunny.example',
}
const wanted = (applicationName: string): AskedApplication => ({
  applicationName,
  vendor,
  claimSetName: 'SIS Vendor',
  educationOrganizationIds: [255901],
})

describe('the credentials of a new instance', function () {
  this.timeout(120_000)
  let stack: JobStack
  let admin: PlainAdminApi

  before(async () => {
    stack = await startJobStack()
    stack.startWorker()
    admin = adminApiOf(stack.simulator, 'district-one')
  })
  after(() => stack.close())
  afterEach(() => stack.simulator.setFaults([]))

  const create = async (name: string, applications: AskedApplication[], contexts: Record<string, string> = {}) => {
    const { job, instance } = await stack.create({ name, applications, contexts })
    return { job: await stack.waitForJob(job.id), instance: await stack.instance(instance.id) }
  }
  const step = (job: { steps: { name: string; status: string; detail: string | null }[] }) =>
    job.steps.find(({ name }) => name === 'issue-credentials')
  const credentialsOf = async (instanceId: string) => {
    const rows = await listCredentials(stack.store.database, instanceId)
    return rows.map((row) => ({ ...row, secret: openCredentialSecret(stack.store.sealer, row) }))
  }

  const onlyCredentialOf = async (instanceId: string) => {
    const [{ applicationId, key }] = (await credentialsOf(instanceId)) as unknown as [
      { applicationId: number; key: string },
    ]
    return { applicationId, key }
  }
  const made = async () => {
    const report = (await (await fetch(`${stack.simulator.controlUrl}/requests`)).json()) as {
      requests: { method: string; path: string }[]
    }
    return report.requests.filter(({ method, path }) => method === 'POST' && path === '/v2/applications').length
  }

  it('are no concern of an instance that asks for none', async () => {
    const { job } = await create('None', [])
    expect(job.status).to.equal('succeeded')
    expect(step(job)).to.include({ status: 'skipped' })
  })

  it('are made under their real names, with a secret that can be read here and stands sealed in the record', async () => {
    const { job, instance } = await create('Two', [wanted('SIS one'), wanted('SIS two')])
    expect(job.error).to.equal(null)
    const credentials = await credentialsOf(instance.id)
    expect(credentials.map(({ applicationName }) => applicationName)).to.deep.equal(['SIS one', 'SIS two'])
    const applications = await admin.applications(instance.odsInstanceId!)
    expect(applications.map(({ applicationName }) => applicationName)).to.have.members(['SIS one', 'SIS two'])
    expect(applications[0]!.vendorId).to.equal(applications[1]!.vendorId)
    for (const { key, secret, readableUntil, origin } of credentials) {
      expect(origin).to.equal('issued')
      expect(key).to.have.length.greaterThan(5)
      expect(secret).to.have.length.greaterThan(10)
      expect(Date.parse(readableUntil!) - Date.now()).to.be.within(6.9 * 86_400_000, 7 * 86_400_000)
    }
    const [sealed] = await stack.store.database.query<{ all: string }>(
      `SELECT (SELECT json_agg(c) FROM instance_credentials c)::text || (SELECT json_agg(s) FROM job_steps s)::text
         || coalesce((SELECT json_agg(e) FROM job_events e)::text, '') AS all`,
    )
    for (const { secret } of credentials) expect(sealed!.all).not.to.include(secret)
  })

  longTest(
    'are made anew when the answer with the secret was lost, so that no application with an unknown secret stays',
    async () => {
      stack.simulator.setFaults([
        { method: 'POST', pathPattern: '/v2/applications', kind: 'drop-after-commit', times: 1 },
      ])
      const { job, instance } = await create('Lost', [wanted('Lost SIS')])
      expect(job.status).to.equal('succeeded')
      const applications = await admin.applications(instance.odsInstanceId!)
      expect(applications.map(({ applicationName }) => applicationName)).to.deep.equal(['Lost SIS'])
      const [credential] = await credentialsOf(instance.id)
      expect(credential!.applicationId).to.equal(applications[0]!.id)
      expect(credential!.secret).to.be.a('string')
    },
  )

  longTest('are only renamed when the secret was saved before the answer to the renaming failed', async () => {
    stack.simulator.setFaults([
      { method: 'PUT', pathPattern: '/v2/applications', kind: 'status', status: 500, times: 4 },
    ])
    const before = await made()
    const { job, instance } = await create('Renamed', [wanted('Renamed SIS')])
    expect((await made()) - before).to.equal(1)
    expect(job.status).to.equal('succeeded')
    const applications = await admin.applications(instance.odsInstanceId!)
    expect(applications.map(({ applicationName }) => applicationName)).to.deep.equal(['Renamed SIS'])
  })

  it('can be ones that are there: the application keeps its key, its fields and what it served', async () => {
    const { instance: first } = await create('First year', [wanted('Long-lived')], { schoolYearFromRoute: '2026' })
    const { applicationId, key } = await onlyCredentialOf(first.id)
    const before = await admin.application(applicationId)
    const { job, instance } = await create('Second year', [{ applicationId }], { schoolYearFromRoute: '2027' })
    expect(job.error).to.equal(null)
    expect(await admin.application(applicationId)).to.deep.equal({
      ...before,
      odsInstanceIds: [first.odsInstanceId, instance.odsInstanceId],
    })
    const [attached] = await credentialsOf(instance.id)
    expect(attached).to.include({ origin: 'attached', applicationId, key, secret: null, readableUntil: null })
  })

  longTest(
    'can be single credentials of an application that has several, which Admin API changes only one by one',
    async () => {
      const { instance: first } = await create('Several A', [wanted('Several')], { schoolYearFromRoute: '2026' })
      const { applicationId } = await onlyCredentialOf(first.id)
      const apiClientId = await admin.addClient(applicationId, [first.odsInstanceId!])
      const { job, instance } = await create('Several B', [{ apiClientId }], { schoolYearFromRoute: '2027' })
      expect(job.error).to.equal(null)
      const clients = await admin.clients(applicationId)
      expect(clients.find(({ id }) => id === apiClientId)!.odsInstanceIds).to.include(instance.odsInstanceId)
      expect(clients.find(({ id }) => id !== apiClientId)!.odsInstanceIds).to.deep.equal([first.odsInstanceId])

      const { job: whole, instance: third } = await create('Several C', [{ applicationId }], {
        schoolYearFromRoute: '2028',
      })
      expect(whole.error).to.equal(null)
      for (const { odsInstanceIds } of await admin.clients(applicationId))
        expect(odsInstanceIds).to.include(third.odsInstanceId)
    },
  )

  it('are refused where one key could not tell two instances apart, and nothing is left', async () => {
    const { instance: first } = await create('Same A', [wanted('Same')], { schoolYearFromRoute: 'Y26' })
    const { applicationId } = await onlyCredentialOf(first.id)
    for (const contexts of [{ SCHOOLYEARFROMROUTE: 'y26' }, { schoolYearFromRoute: 'Y26', instanceId: '1' }, {}] as {
      [key: string]: string
    }[]) {
      const { job, instance } = await create(`Same ${JSON.stringify(contexts).length}`, [{ applicationId }], contexts)
      expect(job.error).to.include({ code: 'ambiguous_context' })
      expect(job.error!.detail).to.include(String(first.odsInstanceId))
      expect(job.outcome).to.deep.include({ compensation: 'done', leftovers: [] })
      expect(instance).to.include({ status: 'failed', odsInstanceId: null })
    }
    expect((await admin.application(applicationId)).odsInstanceIds).to.deep.equal([first.odsInstanceId])
  })

  it('are undone together: made ones are deleted, attached ones lose the instance again', async () => {
    const { instance: first } = await create('Undone A', [wanted('Undone')], { schoolYearFromRoute: '2026' })
    const { applicationId } = await onlyCredentialOf(first.id)
    const { job, instance } = await create(
      'Undone B',
      [wanted('Undone new'), { applicationId }, { applicationId: 987_654 }],
      { schoolYearFromRoute: '2027' },
    )
    expect(job.error).to.include({ code: 'application_missing' })
    expect(job.outcome).to.deep.include({ compensation: 'done', leftovers: [] })
    expect((await admin.application(applicationId)).odsInstanceIds).to.deep.equal([first.odsInstanceId])
    expect((await admin.allApplications()).map(({ applicationName }) => applicationName)).not.to.include('Undone new')
    expect(await credentialsOf(instance.id)).to.deep.equal([])
  })

  it('never reach an application that serves another of our tenants', async () => {
    const { instance: first } = await create('Theirs', [wanted('Theirs')], { schoolYearFromRoute: '2026' })
    const { applicationId } = await onlyCredentialOf(first.id)
    await stack.store.database.query(
      `INSERT INTO tenants SELECT (jsonb_populate_record(t, '{"name": "district-two"}')).* FROM tenants t WHERE name = 'district-one'`,
    )
    await stack.store.database.query(`UPDATE instances SET tenant = 'district-two' WHERE id = $1`, [first.id])
    const { job } = await create('Ours', [{ applicationId }], { schoolYearFromRoute: '2027' })
    expect(job.error).to.include({ code: 'application_missing' })
    expect((await admin.application(applicationId)).odsInstanceIds).to.deep.equal([first.odsInstanceId])
  })

  it('lose nothing when many instances are attached to one application at once, by several workers', async () => {
    stack.startWorker()
    const { instance: first } = await create('Crowd 0', [wanted('Crowd')], { schoolYearFromRoute: '2030' })
    const { applicationId } = await onlyCredentialOf(first.id)
    stack.simulator.setFaults([{ method: 'GET', pathPattern: '/v2/applications', kind: 'latency', latencyMs: 50 }])
    const created = await Promise.all(
      [1, 2, 3, 4, 5].map((n) => create(`Crowd ${n}`, [{ applicationId }], { schoolYearFromRoute: String(2030 + n) })),
    )
    expect(created.map(({ job }) => job.status)).to.deep.equal(Array(5).fill('succeeded'))
    expect((await admin.application(applicationId)).odsInstanceIds).to.have.members([
      first.odsInstanceId,
      ...created.map(({ instance }) => instance.odsInstanceId),
    ])
  })
})
