import { randomUUID } from 'node:crypto'
import { archiveName, retiredName, scratchName, snapshotName, type DatabaseInfo } from '@edfi-tenants/provisioner'
import type { OnRecord, RecordedInstance } from '@edfi-tenants/store'
import { expect } from 'chai'
import { compareDatabases } from '../../../packages/jobs/src/reconciliation/compare-databases.js'
import { compareInstance } from '../../../packages/jobs/src/reconciliation/compare-instance.js'

const installationId = randomUUID()
const [serverId, otherServerId] = [randomUUID(), randomUUID()]
let oid = 1

const database = (name: string, more: Partial<DatabaseInfo> & { of?: string } = {}): DatabaseInfo => {
  const { of, ...rest } = more
  return {
    name,
    identity: String(oid++),
    owner: of === undefined ? null : { installationId, instanceId: of, epoch: 1 },
    kind: of === undefined ? null : 'instance',
    isTemplate: false,
    allowsConnections: true,
    sizeBytes: 1,
    ...rest,
  }
}

const instance = (more: Partial<RecordedInstance> = {}): RecordedInstance => ({
  id: randomUUID(),
  number: 1,
  tenant: 'alpha',
  environmentId: randomUUID(),
  environment: 'default',
  adminTenant: 'alpha',
  serverId,
  server: 'main',
  name: 'One',
  status: 'active',
  nameHeld: true,
  instanceType: 'ods',
  contexts: {},
  databaseName: 'One_Ods',
  databaseIdentity: null,
  retiredName: null,
  odsInstanceId: 1,
  loginName: null,
  loginPassword: null,
  registeredString: null,
  copies: [],
  busy: false,
  ...more,
})

const onRecord = (instances: RecordedInstance[] = [], more: Partial<OnRecord> = {}): OnRecord => ({
  instances: new Map(instances.map((each) => [each.id, each])),
  archives: new Map(),
  provisions: new Set(),
  jobs: new Set(),
  ...more,
})

const view = (databases: DatabaseInfo[]) => ({ serverId, server: 'main', installationId, databases })
const unwanted = (databases: DatabaseInfo[], records: OnRecord) =>
  compareDatabases(view(databases), records).map(({ subject }) => subject)

describe('compareDatabases', () => {
  it('wants everything that something on record stands for, since what it finds is offered to be dropped', () => {
    const active = instance({ copies: [] })
    const withSnapshot = instance({ id: randomUUID(), databaseName: 'Two' })
    withSnapshot.copies = [snapshotName(withSnapshot.id)]
    const deleted = instance({ status: 'deleted', nameHeld: false })
    deleted.retiredName = retiredName(deleted.id)
    const [archive, job, provision] = [randomUUID(), randomUUID(), randomUUID()]
    const databases = [
      database('One_Ods', { of: active.id }),
      database('Two', { of: withSnapshot.id }),
      database(snapshotName(withSnapshot.id), { of: withSnapshot.id, kind: 'derivative' }),
      database(retiredName(deleted.id), { of: deleted.id }),
      database(archiveName(archive), { of: archive, kind: 'archive' }),
      database(scratchName(job), { of: job, kind: 'scratch' }),
      database('EdFi_Admin_alpha', { of: provision, kind: 'tenant' }),
      database('Foreign'),
    ]
    const records = onRecord([active, withSnapshot, deleted], {
      archives: new Map([[archive, { instanceId: active.id, wanted: true }]]),
      jobs: new Set([job]),
      provisions: new Set([provision]),
    })
    expect(unwanted(databases, records)).to.deep.equal([])
    for (const each of records.instances.values())
      expect(compareInstance(view(databases), records, each)).to.deep.equal([])
  })

  it('finds all of the same once nothing on record stands for it', () => {
    const gone = instance({ status: 'purged', nameHeld: false })
    const undone = instance({ status: 'failed', nameHeld: false })
    const archive = randomUUID()
    const databases = [
      database('One_Ods', { of: gone.id }),
      database('Undone', { of: undone.id }),
      database(snapshotName(gone.id), { of: gone.id, kind: 'derivative' }),
      database(archiveName(archive), { of: archive, kind: 'archive' }),
      database('scratch', { of: randomUUID(), kind: 'scratch' }),
      database('EdFi_Admin_alpha', { of: randomUUID(), kind: 'tenant' }),
      database(`tm_${gone.id}_4`),
    ]
    const records = onRecord([gone, undone], {
      archives: new Map([[archive, { instanceId: gone.id, wanted: false }]]),
    })
    expect(unwanted(databases, records)).to.deep.equal(databases.map(({ name }) => name))
  })

  it('says nothing of what is being worked on, was kept on purpose, is a template, or may be another’s', () => {
    const unsettled = [
      instance({ busy: true }),
      instance({ busy: true, status: 'purged' }),
      instance({ status: 'provisioning' }),
      instance({ status: 'deleting' }),
      instance({ status: 'failed' }),
    ]
    const archive = randomUUID()
    const [busy] = unsettled
    const databases = [
      ...unsettled.flatMap(({ id }) => [
        database(`tm_${id}_1`),
        database(`tm_${id}_2`, { of: id }),
        database(`x_${id}`, { of: id }),
        database(`y_${id}`, { of: id, kind: 'derivative' }),
      ]),
      database(archiveName(archive), { of: archive, kind: 'archive' }),
      database('Template', { of: randomUUID(), isTemplate: true }),
      database(`tm_${randomUUID()}_1`),
      database('Theirs', {
        of: randomUUID(),
        owner: { installationId: randomUUID(), instanceId: randomUUID(), epoch: 1 },
      }),
    ]
    const archives = new Map([[archive, { instanceId: busy?.id ?? '', wanted: false }]])
    expect(unwanted(databases, onRecord(unsettled, { archives }))).to.deep.equal([])
  })

  it('does not take an instance of another server record for unwanted where both lead to one server', () => {
    const elsewhere = instance({ serverId: otherServerId })
    expect(unwanted([database('One_Ods', { of: elsewhere.id })], onRecord([elsewhere]))).to.deep.equal([])
  })

  it('does not take an instance’s database under another name for unwanted, unless it has its own besides', () => {
    const active = instance()
    const renamed = database('Renamed', { of: active.id })
    expect(unwanted([renamed], onRecord([active]))).to.deep.equal([])
    expect(unwanted([renamed, database('One_Ods', { of: active.id })], onRecord([active]))).to.deep.equal(['Renamed'])
  })
})

describe('compareInstance', () => {
  const found = (databases: DatabaseInfo[], one: RecordedInstance, others: RecordedInstance[] = []) =>
    compareInstance(view(databases), onRecord([one, ...others]), one).map(({ kind, actions, data }) => ({
      kind,
      actions,
      data,
    }))

  it('offers to take another name on record only where it is free and may be an instance’s', () => {
    const one = instance()
    expect(found([database('Renamed', { of: one.id })], one)).to.deep.equal([
      { kind: 'database_name_mismatch', actions: ['repair'], data: { databaseName: 'Renamed' } },
    ])
    const taken = [instance({ databaseName: 'RENAMED' })]
    expect(found([database('Renamed', { of: one.id })], one, taken)[0]?.actions).to.deep.equal([])
    expect(found([database(retiredName(one.id), { of: one.id })], one)[0]?.actions).to.deep.equal([])
  })

  it('tells a database that was replaced from the one on record', () => {
    const one = instance({ databaseIdentity: '0' })
    expect(found([database('One_Ods', { of: one.id })], one)[0]?.kind).to.equal('database_name_mismatch')
    expect(found([database('One_Ods', { of: one.id, identity: '0' })], one)).to.deep.equal([])
  })

  it('offers no repair of a name that another installation or instance has', () => {
    const one = instance()
    const theirs = { owner: { installationId: randomUUID(), instanceId: randomUUID(), epoch: 1 } }
    for (const there of [database('One_Ods', { of: 'x', ...theirs }), database('One_Ods', { of: randomUUID() })])
      expect(found([there], one)).to.deep.equal([{ kind: 'record_without_database', actions: ['forget'], data: {} }])
  })

  it('says nothing of instances of other servers, and of those being made or undone', () => {
    for (const more of [
      { serverId: otherServerId },
      { status: 'failed' },
      { status: 'provisioning' },
      { busy: true },
    ] as const)
      expect(found([], instance(more))).to.deep.equal([])
    expect(found([], instance({ status: 'deleted' })), 'it had none when it was deleted').to.deep.equal([])
  })

  it('tells a deleted instance’s database that is not put aside from one that is gone', () => {
    const one = instance({ status: 'deleted', nameHeld: false })
    one.retiredName = retiredName(one.id)
    expect(found([], one)[0]?.kind).to.equal('record_without_database')
    expect(found([database('One_Ods', { of: one.id })], one)[0]?.kind).to.equal('retired_database_mismatch')
  })
})
