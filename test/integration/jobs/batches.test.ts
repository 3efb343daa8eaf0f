import type { AskedApplication, BatchItem, BatchOperation } from '@edfi-tenants/jobs'
import { requestBatch } from '@edfi-tenants/jobs'
import { listBatchCredentials, listBatchItems, readBatch, type BatchRow } from '@edfi-tenants/store'
import { expect } from 'chai'
import { origin, startJobStack, type JobStack } from '../../support/job-stack.js'
import { adminApiOf, type PlainAdminApi } from '../../support/plain-admin-api.js'

const own: AskedApplication = {
  applicationName: 'Batch SIS',
  vendor: {
    company: 'Sunny SIS',
    namespacePrefixes: [],
    contactName: 'Sam',
    contactEmailAddress: 'sam@sunny.example',
  },
  claimSetName: 'SIS Vendor',
  educationOrganizationIds: [255901],
}

describe('batches with workers', function () {
  this.timeout(120_000)
  let stack: JobStack
  let admin: PlainAdminApi

  before(async () => {
    stack = await startJobStack()
    stack.startWorker()
    admin = adminApiOf(stack.simulator, 'district-one')
  })
  after(() => stack.close())

  /** Asks for a batch and waits for its end. */
  async function run(operation: BatchOperation, items: BatchItem[]): Promise<BatchRow> {
    const { database } = stack.store
    const { batch } = await requestBatch(stack.store, {
      ...origin,
      operation,
      items,
      reservedDatabaseNames: [],
      deletePolicy: { allowDelete: true },
      maxItems: 100,
    })
    stack.ringer.request()
    for (let row = batch; ; row = (await readBatch(database, batch.id, '*')) ?? row) {
      if (row.finishedAt !== null) return row
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  const itemsOf = ({ id }: BatchRow) => listBatchItems(stack.store.database, id, {}, { after: null, limit: 100 })

  it('make instances with their keys, stop them, and delete those that nobody else uses', async () => {
    const names = ['Batch A', 'Batch B', 'Batch C']
    const created = await run(
      'instance.create',
      names.map((name, at) => ({
        ref: `row ${at}`,
        tenant: 'district-one',
        name,
        contexts: { instanceId: String(at) },
        ...(at === 0 ? { applications: [own] } : {}),
      })),
    )
    const made = await itemsOf(created)
    expect(created, JSON.stringify(made)).to.include({ status: 'succeeded', total: 3, etaSeconds: 0 })
    expect(made.map(({ status, odsInstanceId }) => [status, odsInstanceId !== null])).to.deep.equal(
      names.map(() => ['succeeded', true]),
    )
    const keys = await listBatchCredentials(stack.store.database, created.id)
    expect(keys).to.have.length(1)
    expect(keys[0]).to.include({ ref: 'row 0', name: 'Batch A', tenant: 'district-one', origin: 'issued' })

    const instances = made.map(({ instanceId, name }) => ({ instanceId: instanceId ?? '', confirm: name ?? '' }))
    const stopped = await run('instance.stop', instances.slice(0, 1))
    expect(stopped.status).to.equal('succeeded')
    expect((await stack.instance(instances[0]?.instanceId ?? '')).status).to.equal('stopped')

    await admin.addApplication('Somebody else’s', [made[1]?.odsInstanceId ?? 0])
    const deleted = await run(
      'instance.delete',
      instances.map((item) => ({ ...item, archive: false })),
    )
    expect(deleted).to.include({ status: 'failed' })
    expect(deleted.counts).to.include({ succeeded: 2, failed: 1 })
    const outcomes = await itemsOf(deleted)
    expect(outcomes.map(({ error }) => error?.code)).to.deep.equal([undefined, 'applications_attached', undefined])
    expect((await stack.instance(instances[1]?.instanceId ?? '')).status, 'as it was').to.equal('active')
  })
})
