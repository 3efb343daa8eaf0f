import { randomUUID } from 'node:crypto'
import { Failure, type FindingKind } from '@edfi-tenants/core'
import { writeMarker } from '@edfi-tenants/provisioner'
import { createServer, createTenant, readServer, type FindingRow } from '@edfi-tenants/store'
import { expect } from 'chai'
import { databasesLike } from '../../support/killed-workers.js'
import { origin, startJobStack, templateName, type JobStack, type RunningTestWorker } from '../../support/job-stack.js'
import { ask } from './archive-stack.js'
import { createActive, deleteRegistrationOf, everyStepTwice, lifeOf } from './life-stack.js'
import {
  callAdminApi,
  commentOf,
  compare,
  onServer,
  registerByHand,
  resolve,
  type Compared,
} from './reconcile-stack.js'

describe('reconciliation', function () {
  this.timeout(180_000)
  let stack: JobStack
  let life: ReturnType<typeof lifeOf>
  let worker: RunningTestWorker
  const made: string[] = []

  before(async () => {
    stack = await startJobStack()
    life = lifeOf(stack)
    worker = stack.startWorker()
  })
  after(async () => {
    const rows = await stack.store.database.query<{ name: string }>('SELECT database_name AS name FROM instances')
    for (const name of [...made, ...rows.map((row) => row.name)])
      await onServer(stack, `drop database if exists "${name}" with (force)`)
    const left = await stack.store.database.query<{ id: string }>('SELECT id FROM instances')
    for (const { id } of left)
      for (const name of await databasesLike(stack.serverUrl, `tm\\_%${id}%`))
        await onServer(stack, `drop database if exists "${name}" with (force)`)
    await stack.close()
  })

  /** Makes a database past us; marked as somebody's, if wished. */
  async function makeDatabase(
    name: string,
    {
      owner,
      from = 'template0',
      kind = 'instance' as const,
    }: {
      owner?: { installationId: string; instanceId: string }
      from?: string
      kind?: 'instance' | 'scratch' | 'archive' | 'derivative' | 'tenant'
    } = {},
  ): Promise<void> {
    await onServer(stack, `create database "${name}" template "${from}"`)
    made.push(name)
    if (!owner) return
    const [row] = await ask<{ oid: string }>(
      stack,
      'postgres',
      `select oid::text from pg_database where datname = '${name}'`,
    )
    const marker = writeMarker({ ...owner, epoch: 1, kind, identity: row?.oid ?? '' })
    await onServer(stack, `comment on database "${name}" is '${marker}'`)
  }
  const unique = (prefix: string) => `${prefix}_${randomUUID().slice(0, 8)}`
  const about = ({ findings }: Compared, subject: string, kind?: FindingKind): FindingRow => {
    const found = findings.filter((each) => each.subject === subject && (kind === undefined || each.kind === kind))
    expect(found, `${subject}: ${JSON.stringify(found)}`).to.have.length(1)
    return found[0] as FindingRow
  }
  const kinds = ({ findings }: Compared, subject: string) =>
    findings.filter((each) => each.subject === subject).map(({ kind }) => kind)
  const resolved = async (report: Compared, finding: FindingRow, body: Parameters<typeof resolve>[3]) => {
    const ended = await stack.waitForJob((await resolve(stack, report, finding, body)).id)
    expect(ended.error, JSON.stringify(ended.steps)).to.equal(null)
    return ended
  }
  const refusal = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'done',
      (error: unknown) => (error instanceof Failure ? error.code : String(error)),
    )
  const isThere = async (name: string) => (await databasesLike(stack.serverUrl, name.replaceAll('_', '\\_'))).length > 0
  const ours = () => stack.store.installationId

  it('finds nothing where everything is as it should be, and says what it has looked at', async () => {
    const instance = await createActive(stack, 'Calm')
    const deleted = await createActive(stack, 'Calm and gone')
    await life.done(life.delete(deleted))
    const report = await compare(stack)
    expect([kinds(report, instance.name), kinds(report, deleted.name)]).to.deep.equal([[], []])
    expect(report.findings.filter(({ instanceId }) => instanceId !== null)).to.deep.equal([])
    expect(report.summary).to.include({ instances: 2, busy: 0 })
    expect(report.summary.servers).to.have.length(1)
    expect(report.summary.servers[0]).to.include({ name: 'local', status: 'compared' })
    expect(report.summary.adminApis).to.deep.equal([
      { environment: 'default', adminTenant: 'district-one', status: 'compared', reason: null, registrations: 2 },
    ])
  })

  it('finds databases of ours that nothing wants, and drops those it is told to, once', async () => {
    const instance = await createActive(stack, 'With leftovers')
    const leftover = `tm_${instance.id}_1`
    const scratch = unique('tm_scratch')
    const orphan = unique('Orphan')
    await makeDatabase(leftover)
    await makeDatabase(scratch, { owner: { installationId: ours(), instanceId: randomUUID() }, kind: 'scratch' })
    await makeDatabase(orphan, { owner: { installationId: ours(), instanceId: randomUUID() } })
    const report = await compare(stack)
    expect(kinds(report, instance.name)).to.deep.equal([])
    for (const subject of [leftover, scratch, orphan])
      expect(about(report, subject)).to.include({ kind: 'database_without_record', server: 'local', status: 'open' })
    expect(about(report, orphan).actions).to.deep.equal(['purge', 'adopt'])
    expect(about(report, leftover).actions).to.deep.equal(['purge'])

    const finding = about(report, orphan)
    expect(await refusal(resolve(stack, report, finding, { action: 'repair' }))).to.equal('action_not_offered')
    expect(await refusal(resolve(stack, report, finding, { action: 'purge' }))).to.equal('confirmation_required')
    expect(await isThere(orphan)).to.equal(true)
    for (const subject of [leftover, scratch, orphan])
      await resolved(report, about(report, subject), { action: 'purge', confirm: subject })
    expect(await refusal(resolve(stack, report, finding, { action: 'purge', confirm: orphan }))).to.equal(
      'finding_not_open',
    )
    for (const subject of [leftover, scratch, orphan]) expect(await isThere(subject), subject).to.equal(false)
    expect(await isThere(instance.databaseName)).to.equal(true)
    const again = await compare(stack)
    for (const subject of [leftover, scratch, orphan]) expect(kinds(again, subject)).to.deep.equal([])
  })

  it('never tells of another installation’s databases and registrations', async () => {
    const [theirs, unmarked] = [unique('Theirs'), `tm_${randomUUID()}_7`]
    const scratch = unique('tm_scratch')
    const owner = { installationId: randomUUID(), instanceId: randomUUID() }
    await makeDatabase(theirs, { owner, from: templateName })
    await makeDatabase(scratch, { owner, kind: 'scratch' })
    await makeDatabase(unmarked)
    const registration = `tm_${randomUUID()}`
    await registerByHand(stack, registration)
    const report = JSON.stringify(await compare(stack))
    for (const name of [theirs, unmarked, scratch, registration]) expect(report).not.to.include(name)
  })

  it('does not drop what has become wanted since it was found', async () => {
    const orphan = unique('Wanted_again')
    const id = randomUUID()
    await makeDatabase(orphan, { owner: { installationId: ours(), instanceId: id } })
    const report = await compare(stack)
    const finding = about(report, orphan)
    // As after the control database was restored from a newer backup.
    await stack.store.database.query(
      `INSERT INTO instances (id, tenant, environment_id, admin_tenant, server_id, name, status, instance_type, contexts, labels, template_name, database_name, parameters, parameters_hash, updated_at)
       SELECT $1, tenant, environment_id, admin_tenant, server_id, $2, 'active', instance_type, '{}', '{}', template_name, $2, '{}', '', now() FROM instances LIMIT 1`,
      [id, orphan],
    )
    const job = await stack.waitForJob((await resolve(stack, report, finding, { action: 'purge', confirm: orphan })).id)
    expect(job.error).to.include({ code: 'finding_not_open' })
    expect(await isThere(orphan)).to.equal(true)
    const [row] = (await stack.store.database.query<{ status: string }>(
      `SELECT CASE WHEN j.status = 'failed' THEN 'failed' END AS status FROM reconciliation_findings f JOIN jobs j ON j.id = f.job_id WHERE f.id = $1`,
      [finding.id],
    )) as [{ status: string }]
    expect(row.status).to.equal('failed')
    await stack.store.database.query(`UPDATE instances SET status = 'purged', name_held = false WHERE id = $1`, [id])
  })

  it('finds an instance without its database, and forgets it when told to', async () => {
    const instance = await createActive(stack, 'Lost database')
    await onServer(stack, `drop database "${instance.databaseName}" with (force)`)
    const report = await compare(stack)
    const finding = about(report, instance.name)
    expect(finding).to.include({ kind: 'record_without_database', instanceId: instance.id, tenant: 'district-one' })
    await resolved(report, finding, { action: 'forget', confirm: instance.name })
    expect(await stack.instance(instance.id)).to.include({ status: 'deleted' })
    expect(kinds(await compare(stack), instance.name)).to.deep.equal([])
  })

  it('finds a kept database of a deleted instance gone, and purges the record when told to', async () => {
    const instance = await createActive(stack, 'Lost while deleted')
    await life.done(life.delete(instance))
    await onServer(stack, `drop database "tm_retired_${instance.id}" with (force)`)
    const report = await compare(stack)
    await resolved(report, about(report, instance.name), { action: 'forget', confirm: instance.name })
    expect(await stack.instance(instance.id)).to.include({ status: 'purged' })
  })

  it('finds a database under another name, or without our marker, and makes it the instance’s again', async () => {
    const renamed = await createActive(stack, 'Renamed by hand')
    const unmarked = await createActive(stack, 'Restored by hand')
    const newName = unique('Renamed_by_hand')
    made.push(newName)
    await onServer(
      stack,
      `alter database "${renamed.databaseName}" rename to "${newName}"`,
      `comment on database "${unmarked.databaseName}" is 'restored'`,
    )
    const report = await compare(stack)
    for (const { name } of [renamed, unmarked]) {
      expect(about(report, name)).to.include({ kind: 'database_name_mismatch' })
      await resolved(report, about(report, name), { action: 'repair' })
    }
    expect(await stack.instance(renamed.id)).to.include({ databaseName: newName, status: 'active' })
    const again = await compare(stack)
    for (const { name } of [renamed, unmarked]) expect(kinds(again, name), name).to.deep.equal([])
    await life.done(life.delete(renamed))
    expect(await isThere(newName)).to.equal(false)
  })

  it('finds registrations missing, changed or outdated, and puts them right when told to', async () => {
    const missing = await createActive(stack, 'Unregistered')
    const changed = await createActive(stack, 'Changed by hand')
    const id = changed.odsInstanceId ?? 0
    await deleteRegistrationOf(stack, missing.odsInstanceId ?? 0)
    expect(
      (await callAdminApi(stack, 'PUT', `/odsInstances/${id}`, { name: 'Somebody’s name', instanceType: 'x' })).status,
    ).to.equal(200)
    const report = await compare(stack)
    expect(about(report, missing.name)).to.include({ kind: 'registration_missing' })
    expect(about(report, changed.name)).to.include({ kind: 'registration_mismatch' })
    expect(about(report, changed.name).detail).to.include('name, instanceType')
    for (const { name } of [missing, changed]) await resolved(report, about(report, name), { action: 'repair' })
    expect((await stack.instance(missing.id)).odsInstanceId).to.be.greaterThan(missing.odsInstanceId ?? 0)
    expect((await callAdminApi(stack, 'GET', `/odsInstances/${id}`)).body).to.include({
      name: changed.name,
      instanceType: changed.instanceType,
    })
    const again = await compare(stack)
    for (const { name } of [missing, changed]) expect(kinds(again, name), name).to.deep.equal([])

    await stack.store.database.query(
      `UPDATE database_servers SET settings = settings || '{"registered":{"host":"pooler.example","port":6432}}' WHERE name = 'local'`,
    )
    const moved = await compare(stack, { environment: 'default' })
    expect(about(moved, changed.name).detail).to.include('connection string')
    await resolved(moved, about(moved, changed.name), { action: 'repair' })
    expect(kinds(await compare(stack), changed.name)).to.deep.equal([])
    await stack.store.database.query(
      `UPDATE database_servers SET settings = settings - 'registered' WHERE name = 'local'`,
    )
    const back = await compare(stack)
    for (const { id, kind, ...finding } of back.findings.filter(({ detail }) => detail.includes('connection string')))
      await resolved(back, { id, kind, ...finding }, { action: 'repair' })
  })

  it('finds registrations without an instance: ours to be purged, others’ to be adopted', async () => {
    const instance = await createActive(stack, 'Registered twice')
    const ownName = `tm_${instance.id}`
    const own = await registerByHand(stack, ownName)
    const others = unique('Old ODS')
    const other = await registerByHand(stack, others)
    const databaseName = unique('Old_Ods')
    await makeDatabase(databaseName, { from: templateName })
    const report = await compare(stack)
    expect(about(report, ownName).actions).to.deep.equal(['purge'])
    expect(about(report, others)).to.deep.include({ kind: 'registration_without_instance', actions: ['adopt'] })
    expect(about(report, databaseName)).to.deep.include({ kind: 'unmarked_database', actions: ['adopt'] })
    await resolved(report, about(report, ownName), { action: 'purge', confirm: ownName })
    expect((await callAdminApi(stack, 'GET', `/odsInstances/${own}`)).status).to.equal(404)

    await resolved(report, about(report, others), {
      action: 'adopt',
      adopt: { tenant: 'district-one', server: 'local', databaseName },
    })
    const [row] = await stack.store.database.query<{ id: string }>(
      'SELECT id FROM instances WHERE ods_instance_id = $1',
      [other],
    )
    expect(await stack.instance(row?.id ?? '')).to.include({ name: others, databaseName, origin: 'adopted' })
    const again = await compare(stack)
    for (const subject of [ownName, others, databaseName]) expect(kinds(again, subject), subject).to.deep.equal([])
  })

  it('adopts a whole database of ours whose record was lost, and nobody else’s', async () => {
    const orphan = unique('Lost_record')
    await makeDatabase(orphan, { from: templateName, owner: { installationId: ours(), instanceId: randomUUID() } })
    const report = await compare(stack)
    await resolved(report, about(report, orphan), { action: 'adopt', adopt: { tenant: 'district-one', name: orphan } })
    expect(kinds(await compare(stack), orphan)).to.deep.equal([])
    const [row] = await stack.store.database.query<{ id: string }>('SELECT id FROM instances WHERE name = $1', [orphan])
    expect(await stack.instance(row?.id ?? '')).to.include({ status: 'active', origin: 'adopted' })

    const theirs = unique('Their_record')
    const owner = { installationId: ours(), instanceId: randomUUID() }
    await makeDatabase(theirs, { from: templateName, owner })
    const before = await compare(stack)
    const finding = about(before, theirs)
    // Another installation has taken it since.
    const marked = await commentOf(stack, theirs)
    await onServer(
      stack,
      `comment on database "${theirs}" is '${(marked ?? '').replace(owner.installationId, randomUUID())}'`,
    )
    const job = await stack.waitForJob(
      (await resolve(stack, before, finding, { action: 'adopt', adopt: { tenant: 'district-one', name: theirs } })).id,
    )
    expect(job.error).to.include({ code: 'not_our_database' })
    expect(await commentOf(stack, theirs)).not.to.include(ours())
  })

  it('leaves out what a job is about', async () => {
    const instance = await createActive(stack, 'At work')
    await onServer(stack, `alter database "${instance.databaseName}" rename to "${instance.databaseName}_2"`)
    made.push(`${instance.databaseName}_2`)
    await makeDatabase(`tm_${instance.id}_3`)
    const [{ id }] = (await stack.store.database.query<{ id: string }>(
      `INSERT INTO jobs (id, type, definition_version, changing, instance_id, tenant, parameters, requested_by, next_run_at)
       VALUES (gen_random_uuid(), 'instance.update', 1, true, $1, 'district-one', '{}', 'test', now() + interval '1 hour') RETURNING id`,
      [instance.id],
    )) as [{ id: string }]
    const report = await compare(stack)
    expect(report.summary.busy).to.equal(1)
    expect(JSON.stringify(report.findings)).not.to.include(instance.id)
    await stack.store.database.query(`UPDATE jobs SET status = 'cancelled', finished_at = now() WHERE id = $1`, [id])
    const after = await compare(stack)
    expect(kinds(after, instance.name)).to.deep.equal(['database_name_mismatch'])
    expect(kinds(after, `tm_${instance.id}_3`)).to.deep.equal(['database_without_record'])
  })

  it('says which servers and Admin APIs did not answer, and takes nothing of them for missing', async () => {
    const local = await readServer(stack.store, 'local')
    if (!local) throw new Error('There is no server.')
    await createServer(stack.store, {
      ...local,
      name: 'silent',
      settings: { host: '127.0.0.1', port: 1 },
      credentials: { username: 'nobody', password: 'x', passwordFrom: null },
      registeredCredentials: null,
    })
    const instance = await createActive(stack, 'Unreachable', { server: 'local' })
    await stack.store.database.query(
      `UPDATE instances SET server_id = (SELECT id FROM database_servers WHERE name = 'silent') WHERE id = $1`,
      [instance.id],
    )
    await stack.store.database.query(`UPDATE environments SET admin_api_url = 'http://127.0.0.1:1'`)
    const report = await compare(stack)
    expect(report.summary.servers.find(({ name }) => name === 'silent')).to.deep.include({ status: 'unreachable' })
    expect(report.summary.servers.find(({ name }) => name === 'silent')?.reason).to.match(/^server_unreachable/)
    expect(report.summary.adminApis[0]).to.deep.include({ status: 'unreachable', registrations: null })
    expect(kinds(report, instance.name)).to.deep.equal([])
    // On the server where it is although it is not on record there, it is not for anybody to drop.
    expect(kinds(report, instance.databaseName)).to.deep.equal([])
    expect(report.findings.filter(({ kind }) => kind.startsWith('registration_'))).to.deep.equal([])
    await stack.store.database.query(`UPDATE environments SET admin_api_url = $1`, [stack.simulator.url])
    await stack.store.database.query(
      `UPDATE instances SET server_id = (SELECT id FROM database_servers WHERE name = 'local') WHERE id = $1`,
      [instance.id],
    )
  })

  it('tells of a tenant only what is the tenant’s own', async () => {
    const lost = await createActive(stack, 'Mine and lost', { server: 'local' })
    await onServer(stack, `drop database "${lost.databaseName}" with (force)`)
    const unmarked = unique('Nobodys')
    await makeDatabase(unmarked, { from: templateName })
    const other = unique('Other ODS')
    await registerByHand(stack, other)
    const bound: typeof origin = { ...origin, actor: { ...origin.actor, tenants: ['District-One'] as never } }
    const mine = await compare(stack, {}, bound)
    expect(
      mine.findings.filter(({ instanceId, tenant }) => instanceId !== null && tenant !== 'district-one'),
    ).to.deep.equal([])
    expect([kinds(mine, lost.name), kinds(mine, unmarked), kinds(mine, other)]).to.deep.equal([
      ['record_without_database'],
      [],
      ['registration_without_instance'],
    ])
    for (const server of mine.summary.servers) expect(server.databases).to.equal(null)
    // As soon as another tenant of ours shares the Admin API tenant, its registrations may be that one's.
    await createTenant(stack.store, {
      ...(await tenantSettings()),
      name: 'sharing',
      adminTenant: 'district-one',
    })
    const shared = await compare(stack, { tenant: 'district-one' })
    expect([kinds(shared, lost.name), kinds(shared, other)]).to.deep.equal([['record_without_database'], []])
    expect(kinds(await compare(stack, { tenant: 'sharing' }), lost.name)).to.deep.equal([])
    const both: typeof origin = { ...origin, actor: { ...origin.actor, tenants: ['district-one', 'sharing'] as never } }
    expect(await refusal(compare(stack, {}, both))).to.equal('validation_failed')
    expect(await refusal(compare(stack, { tenant: 'nobody' }, both))).to.equal('unknown_tenant')
  })

  const tenantSettings = async () => {
    const [row] = await stack.store.database.query<{ id: string }>(`SELECT environment_id AS id FROM tenants LIMIT 1`)
    return {
      environmentId: row?.id ?? '',
      displayName: null,
      defaultServer: null,
      defaultTemplate: null,
      defaultInstanceType: null,
      databaseNamePattern: null,
      maxInstances: null,
    }
  }

  it('comes to the same when workers die right after a step, and so does a purge', async () => {
    await worker.stop()
    worker = stack.startWorker({
      definitions: new Map([
        ...everyStepTwice('reconciliation.run'),
        ...[...everyStepTwice('reconciliation.purge-database')].filter(([type]) => type !== 'reconciliation.run'),
      ]),
    })
    const orphan = unique('Orphan')
    await makeDatabase(orphan, { owner: { installationId: ours(), instanceId: randomUUID() } })
    const report = await compare(stack)
    const finding = about(report, orphan)
    await resolved(report, finding, { action: 'purge', confirm: orphan })
    expect(await isThere(orphan)).to.equal(false)
  })
})
