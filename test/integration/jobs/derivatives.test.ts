import {
  requestDerivative,
  requestDerivativeDeletion,
  requestDerivativeRefresh,
  requestStart,
  requestStop,
  type DerivativeOrder,
} from '@edfi-tenants/jobs'
import type { InstanceRow, JobRow } from '@edfi-tenants/store'
import { expect } from 'chai'
import { origin, startJobStack, type JobStack } from '../../support/job-stack.js'
import { ask, countStudents, makeInstance, openSession, workingDatabases } from './archive-stack.js'

describe('derivatives of an instance', function () {
  this.timeout(120_000)
  let stack: JobStack
  let instance: InstanceRow

  before(async () => {
    stack = await startJobStack()
    stack.startWorker()
    instance = await makeInstance(stack, 'With derivatives')
  })
  after(() => stack.close())

  async function run(write: Parameters<typeof stack.store.database.transaction<{ job: JobRow }>>[0]): Promise<JobRow> {
    const { job } = await stack.store.database.transaction(write)
    stack.ringer.request()
    const ended = await stack.waitForJob(job.id)
    instance = await stack.instance(instance.id)
    return ended
  }
  const create = (order: DerivativeOrder) => run((database) => requestDerivative(database, instance.id, origin, order))
  const refresh = (order = {}) =>
    run((database) => requestDerivativeRefresh(database, instance.id, origin, 'Snapshot', order))
  const remove = (type: 'Snapshot' | 'ReadReplica') =>
    run((database) => requestDerivativeDeletion(database, instance.id, origin, type))

  /** As the simulator has them, connection strings included. */
  async function registered(): Promise<{ derivativeType: string; connectionString: string }[]> {
    const url = `${stack.simulator.controlUrl}/tenants/district-one/odsInstances`
    const rows = (await (await fetch(url)).json()) as {
      id: number
      derivatives: { derivativeType: string; connectionString: string }[]
    }[]
    return rows.find((row) => row.id === instance.odsInstanceId)?.derivatives ?? []
  }

  it('are not copied from a database in use unless its sessions may be ended', async () => {
    const session = await openSession(stack, instance.databaseName)
    const job = await create({ derivativeType: 'Snapshot' })
    await session.close()
    expect(job.error).to.include({ code: 'source_in_use' })
    expect(instance.derivatives).to.deep.equal([])
    expect(await registered()).to.deep.equal([])
    expect(await workingDatabases(stack, instance.id)).to.deep.equal([])
  })

  it('are a copy that Admin API knows, which the instance’s own login can read', async () => {
    const job = await create({ derivativeType: 'Snapshot' })
    expect(job.error).to.equal(null)
    const name = `tm_snapshot_${instance.id}`
    expect(instance.derivatives).to.have.length(1)
    expect(instance.derivatives[0]).to.include({ derivativeType: 'Snapshot', source: 'copy', databaseName: name })
    const [snapshot] = await registered()
    expect(snapshot).to.include({ derivativeType: 'Snapshot' })
    expect(snapshot?.connectionString)
      .to.include(name)
      .and.include(instance.loginName ?? '-')
    const [access] = await ask<{ ours: boolean }>(
      stack,
      name,
      `select has_table_privilege('${instance.loginName}', 'edfi.student', 'select') as ours`,
    )
    expect(access).to.deep.equal({ ours: true })
  })

  it('can be reached only while their instance can', async () => {
    const name = `tm_snapshot_${instance.id}`
    const isOpen = async () =>
      (
        await ask<{ open: boolean }>(
          stack,
          'postgres',
          `select datallowconn as open from pg_database where datname = '${name}'`,
        )
      )[0]
    const session = await openSession(stack, name)
    expect((await run((database) => requestStop(database, instance.id, origin))).error).to.equal(null)
    expect(await isOpen()).to.deep.equal({ open: false })
    await session.close()
    expect((await run((database) => requestStart(database, instance.id, origin))).error).to.equal(null)
    expect(await isOpen()).to.deep.equal({ open: true })
  })

  it('are made anew beside the old one, which is dropped once the new one is in use', async () => {
    const name = `tm_snapshot_${instance.id}`
    const before = await countStudents(stack, name)
    await ask(stack, instance.databaseName, `delete from edfi.student where studentuniqueid like 'added-%'`)
    expect((await refresh()).error).to.equal(null)
    expect(await workingDatabases(stack, instance.id)).to.deep.equal([`${name}_b`])
    expect(await countStudents(stack, `${name}_b`)).to.equal(before - 3)
    expect(instance.derivatives[0]?.refreshedAt).to.be.a('string')
    expect((await registered())[0]?.connectionString).to.include(`${name}_b`)
    expect((await refresh()).error).to.equal(null)
    expect(await workingDatabases(stack, instance.id)).to.deep.equal([name])
  })

  it('stay as they are when the copy cannot be registered', async () => {
    const name = `tm_snapshot_${instance.id}`
    stack.simulator.setFaults([
      { method: 'PUT', pathPattern: '/v2/odsInstanceDerivatives', kind: 'status', status: 400, times: 1 },
    ])
    const job = await refresh()
    stack.simulator.setFaults([])
    expect(job.error).to.include({ code: 'admin_api_refused' })
    expect(await workingDatabases(stack, instance.id)).to.deep.equal([name])
    expect(instance.derivatives[0]).to.include({ databaseName: name })
  })

  it('are one of each type', async () => {
    const refused = await create({ derivativeType: 'Snapshot' }).catch((error: unknown) => error)
    expect(refused).to.include({ code: 'name_taken' })
  })

  it('can be the operator’s own database, reached at its own address with the instance’s login', async () => {
    const job = await create({
      derivativeType: 'ReadReplica',
      registered: { host: 'replica.example.org', port: 6543, databaseName: 'Replica' },
    })
    expect(job.error).to.equal(null)
    const replica = (await registered()).find(({ derivativeType }) => derivativeType === 'ReadReplica')
    expect(replica?.connectionString)
      .to.match(/replica\.example\.org/i)
      .and.match(/6543/)
      .and.match(/Replica/)
    expect(instance.derivatives.find(({ derivativeType }) => derivativeType === 'ReadReplica')).to.deep.include({
      source: 'registered',
      registered: { host: 'replica.example.org', port: 6543 },
    })
    const refused = await run((database) =>
      requestDerivativeRefresh(database, instance.id, origin, 'ReadReplica', {}),
    ).catch((error: unknown) => error)
    expect(refused).to.include({ code: 'not_supported' })
  })

  it('are forgotten by Admin API before the copy is dropped, and others are left alone', async () => {
    expect((await remove('Snapshot')).error).to.equal(null)
    expect((await registered()).map(({ derivativeType }) => derivativeType)).to.deep.equal(['ReadReplica'])
    expect(await workingDatabases(stack, instance.id)).to.deep.equal([])
    expect((await remove('ReadReplica')).error).to.equal(null)
    expect(instance.derivatives).to.deep.equal([])
    expect(await registered()).to.deep.equal([])
    const missing = await remove('Snapshot').catch((error: unknown) => error)
    expect(missing).to.include({ code: 'not_found' })
  })
})
