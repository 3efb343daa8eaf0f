import { startSimulator, type Simulator } from '@edfi-tenants/admin-api-simulator'
import { expect } from 'chai'
import { adminApiOf } from '../../support/plain-admin-api.js'
import {
  environmentBody,
  serverBody,
  startApi,
  type Answered,
  type ApiClient,
  type ApiUnderTest,
} from './api-under-test.js'

describe('asking for what happens in an instance’s life', function () {
  this.timeout(60_000)
  let under: ApiUnderTest
  let simulator: Simulator
  let operator: ApiClient
  let number = 0

  before(async () => {
    simulator = await startSimulator({
      clients: [{ clientId: 'admin', clientSecret: 'admin-secret', displayName: 'Tests' }],
    })
    under = await startApi({ MAX_DELETES_PER_HOUR: '3' })
    const { root } = under
    const adminApi = { url: simulator.url, clientId: 'admin', clientSecret: 'admin-secret' }
    await root.post('/v1/environments', environmentBody('default', { adminApi }))
    await root.post('/v1/database-servers', serverBody('local'))
    for (const name of ['alpha', 'beta']) await root.post('/v1/tenants', { name })
    operator = await under.client({ scopes: ['read', 'instances:operate', 'instances:delete'], tenants: ['alpha'] })
  })
  after(async () => {
    await under.stop()
    await simulator.close()
  })

  /** An instance as its job would have left it. */
  async function instanceThatIs(
    status: string,
    { tenant = 'alpha', more = '' } = {},
  ): Promise<{ id: string; name: string; path: string }> {
    const name = `I ${++number}`
    const { body } = await under.root.post('/v1/instances', { tenant, name })
    const { database } = under.api.parts.store
    await database.query(`UPDATE jobs SET status = 'succeeded', finished_at = now() WHERE id = $1`, [body.job.id])
    const held = !['deleted', 'purged'].includes(status)
    await database.query(`UPDATE instances SET status = $2, name_held = $3 ${more} WHERE id = $1`, [
      body.instance.id,
      status,
      held,
    ])
    return { id: body.instance.id, name, path: `/v1/instances/${body.instance.id}` }
  }
  const end = (answer: Answered) =>
    under.api.parts.store.database.query(`UPDATE jobs SET status = 'succeeded', finished_at = now() WHERE id = $1`, [
      answer.body.job.id,
    ])
  const refusal = ({ status, body }: Answered) => [status, body.code]
  const confirmed = ({ path, name }: { path: string; name: string }, more = '') =>
    `${path}?confirm=${encodeURIComponent(name)}${more}`

  it('stops, starts and renames by a job each, in the status that it makes sense in', async () => {
    const made = await instanceThatIs('active')
    const stop = await operator.post(`${made.path}/stop`)
    expect(stop.status).to.equal(202)
    expect(stop.headers.get('location')).to.equal(`/v1/jobs/${stop.body.job.id}`)
    expect(stop.body.job.type).to.equal('instance.stop')
    const busy = await operator.post(`${made.path}/stop`)
    expect(refusal(busy)).to.deep.equal([409, 'instance_busy'])
    await end(stop)
    expect(refusal(await operator.post(`${made.path}/start`))).to.deep.equal([409, 'instance_not_stopped'])
    const rename = await operator.post(`${made.path}/rename`, { name: 'Renamed' })
    expect(rename.body.job.type).to.equal('instance.rename')
    await end(rename)
    const stopped = await instanceThatIs('stopped')
    expect(refusal(await operator.post(`${stopped.path}/stop`))).to.deep.equal([409, 'instance_not_active'])
    const start = await operator.post(`${stopped.path}/start`, undefined, { headers: { 'idempotency-key': 'start-1' } })
    const again = await operator.post(`${stopped.path}/start`, undefined, { headers: { 'idempotency-key': 'start-1' } })
    expect(again.body.job.id).to.equal(start.body.job.id)
    expect(again.headers.get('idempotent-replayed')).to.equal('true')
    expect(refusal(await operator.post(`${stopped.path}/undelete`))).to.deep.equal([409, 'instance_busy'])
  })

  it('refuses names that are reserved, taken, or none at all', async () => {
    const [made, other] = [await instanceThatIs('active'), await instanceThatIs('active')]
    expect(refusal(await operator.post(`${made.path}/rename`, {}))).to.deep.equal([400, 'validation_failed'])
    for (const databaseName of ['master', 'tm_x', 'ods_minimal', 'EdFi_Admin']) {
      const answer = await operator.post(`${made.path}/rename`, { databaseName })
      expect(refusal(answer), databaseName).to.deep.equal([400, 'validation_failed'])
      expect(answer.body.errors[0]?.pointer).to.equal('/databaseName')
    }
    expect(refusal(await operator.post(`${made.path}/rename`, { name: other.name.toLowerCase() }))).to.deep.equal([
      409,
      'name_taken',
    ])
    const databaseName = `edfi_ods_ALPHA_${other.name.replace(' ', '_')}`
    expect(refusal(await operator.post(`${made.path}/rename`, { databaseName }))).to.deep.equal([
      409,
      'database_name_taken',
    ])
  })

  it('refuses a stop that the engine cannot do', async () => {
    const made = await instanceThatIs('active')
    const { database } = under.api.parts.store
    const can = (stop: boolean) =>
      database.query(
        `UPDATE provisioners SET manifest = jsonb_set(manifest, '{capabilities,supportsStop}', to_jsonb($1::boolean))`,
        [stop],
      )
    await can(false)
    expect(refusal(await operator.post(`${made.path}/stop`))).to.deep.equal([422, 'not_supported'])
    await can(true)
  })

  it('deletes only with the exact name, without protection, and a few an hour', async () => {
    const client = await under.client({ scopes: ['instances:delete'], tenants: ['alpha'] })
    const made = await instanceThatIs('active')
    expect(refusal(await client.delete(made.path))).to.deep.equal([428, 'confirmation_required'])
    expect(
      refusal(await client.delete(`${made.path}?confirm=${made.name.toLowerCase().replace(' ', '+')}`)),
    ).to.deep.equal([428, 'confirmation_required'])
    expect(refusal(await client.delete(confirmed(made, '&purge=perhaps')))).to.deep.equal([400, 'validation_failed'])
    await under.root.patch(made.path, { deletionProtection: true })
    expect(refusal(await client.delete(confirmed(made)))).to.deep.equal([409, 'deletion_protected'])
    await under.root.patch(made.path, { deletionProtection: false })
    for (let taken = 0; taken < 3; taken++) {
      const answer = await client.delete(confirmed(await instanceThatIs('active')))
      expect(answer.status).to.equal(202)
      expect(answer.body.job.type).to.equal('instance.delete')
    }
    const refused = await client.delete(confirmed(made))
    expect(refusal(refused)).to.deep.equal([429, 'delete_limit_reached'])
    expect(Number(refused.headers.get('retry-after'))).to.be.within(3_000, 3_600)
    expect((await operator.delete(confirmed(made))).status).to.equal(202)
    const { body } = await under.root.get(`/v1/audit-events?instanceId=${made.id}&action=instance.delete`)
    expect(body.items.map((event) => event.details.code)).to.include.members([
      'confirmation_required',
      'delete_limit_reached',
    ])
  })

  it('answers 410 with what is left of a deleted one, and purges or brings it back when asked', async () => {
    const gone = await instanceThatIs('deleted', { more: `, deleted_at = now(), purge_at = now() + interval '7 days'` })
    for (const answer of [
      await operator.delete(gone.path),
      await operator.patch(gone.path, { displayName: 'x' }),
      await operator.patch(gone.path, { contexts: { a: 'b' } }),
      await operator.post(`${gone.path}/stop`),
      await operator.post(`${gone.path}/rename`, { name: 'x' }),
    ]) {
      expect(refusal(answer)).to.deep.equal([410, 'instance_deleted'])
      expect(answer.body).to.have.nested.property('resource.name', gone.name)
    }
    expect((await operator.get(gone.path)).body.status).to.equal('deleted')
    expect(refusal(await operator.delete(`${gone.path}?purge=now`))).to.deep.equal([428, 'confirmation_required'])
    const purge = await operator.delete(confirmed(gone, '&purge=now'))
    expect(purge.body.job.type).to.equal('instance.purge')
    await end(purge)
    const undelete = await operator.post(`${gone.path}/undelete`)
    expect(undelete.body.job.type).to.equal('instance.undelete')
    const purged = await instanceThatIs('purged')
    expect(refusal(await operator.post(`${purged.path}/undelete`))).to.deep.equal([410, 'instance_deleted'])
    expect(refusal(await operator.delete(confirmed(purged, '&purge=now')))).to.deep.equal([410, 'instance_deleted'])
    const active = await instanceThatIs('active')
    expect(refusal(await operator.post(`${active.path}/undelete`))).to.deep.equal([409, 'instance_not_deleted'])
  })

  it('takes an end, takes it back, and no longer protects what is being deleted', async () => {
    const made = await instanceThatIs('active')
    const expiresAt = '2030-01-01T00:00:00.000Z'
    expect((await operator.patch(made.path, { expiresAt })).body).to.include({ expiresAt })
    expect((await operator.patch(made.path, { expiresAt: null })).body).to.include({ expiresAt: null })
    const { body } = await under.root.post('/v1/instances', { tenant: 'alpha', name: 'Not for long', expiresAt })
    expect(body.instance).to.include({ expiresAt })
    const leaving = await instanceThatIs('deleting')
    expect(refusal(await operator.patch(leaving.path, { deletionProtection: true }))).to.deep.equal([
      409,
      'instance_busy',
    ])
    expect((await operator.patch(leaving.path, { displayName: 'Leaving' })).status).to.equal(200)
    const half = await operator.delete(confirmed(leaving))
    expect(refusal(half)).to.deep.equal([409, 'instance_busy'])
  })

  it('gives the link with which a creation that failed and was kept is deleted', async () => {
    const kept = await instanceThatIs('failed')
    const refused = await under.root.post('/v1/instances', { tenant: 'alpha', name: kept.name })
    expect(refusal(refused)).to.deep.equal([409, 'instance_exists'])
    const link = (refused.body as unknown as { delete: string }).delete
    const deletion = await under.root.delete(link)
    expect(deletion.status).to.equal(202)
    expect(deletion.body.job.type).to.equal('instance.delete')
  })

  it('lets two bring the same name back only one after the other', async () => {
    const first = await instanceThatIs('deleted', { more: `, deleted_at = now(), purge_at = now()` })
    const taker = await under.root.post('/v1/instances', { tenant: 'alpha', name: first.name })
    expect(taker.status).to.equal(202)
    expect(refusal(await operator.post(`${first.path}/undelete`))).to.deep.equal([409, 'name_taken'])
  })

  it('lists the applications in the way at once, and leaves it to the job when Admin API is away', async () => {
    const client = await under.client({ scopes: ['instances:delete'], tenants: ['alpha'] })
    const response = await fetch(`${simulator.url}/v2/odsInstances`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await simulator.issueToken()}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Used', instanceType: 'ods', connectionString: 'host=a;database=b' }),
    })
    const odsInstanceId = Number(response.headers.get('location')?.split('/').at(-1))
    const applicationId = await adminApiOf(simulator, '').addApplication('Foreign', [odsInstanceId])
    const used = await instanceThatIs('active', { more: `, ods_instance_id = ${odsInstanceId}` })
    const refused = await client.delete(confirmed(used))
    expect(refusal(refused)).to.deep.equal([409, 'applications_attached'])
    expect(refused.body).to.have.nested.property('applications[0].applicationId', applicationId)
    const { body } = await under.root.get(`/v1/jobs?instanceId=${used.id}&type=instance.delete`)
    expect(body.items).to.deep.equal([])
    simulator.setFaults([{ pathPattern: '/v2/', kind: 'drop' }])
    expect((await client.delete(confirmed(used))).status).to.equal(202)
    simulator.setFaults([])
  })

  it('shows nothing outside a client’s bound, and needs the scope', async () => {
    const theirs = await instanceThatIs('active', { tenant: 'beta' })
    for (const answer of [
      await operator.delete(confirmed(theirs)),
      await operator.post(`${theirs.path}/stop`),
      await operator.post(`${theirs.path}/undelete`),
      await operator.post(`${theirs.path}/rename`, { name: 'x' }),
    ])
      expect(refusal(answer)).to.deep.equal([404, 'not_found'])
    const reader = await under.client({ scopes: ['read'], tenants: ['*'] })
    expect(refusal(await reader.delete(confirmed(theirs)))).to.deep.equal([403, 'insufficient_scope'])
  })

  it('deletes nothing where the operator has switched it off', async () => {
    const other = await startApi({ ALLOW_DELETE: 'false' })
    try {
      await other.root.post('/v1/environments', environmentBody('default'))
      await other.root.post('/v1/database-servers', serverBody('local'))
      await other.root.post('/v1/tenants', { name: 'alpha' })
      const { body } = await other.root.post('/v1/instances', { tenant: 'alpha', name: 'Kept' })
      const answer = await other.root.delete(`/v1/instances/${body.instance.id}?confirm=Kept`)
      expect(refusal(answer)).to.deep.equal([403, 'deletion_disabled'])
    } finally {
      await other.stop()
    }
  })

  it('takes an end only from who may delete, only in the future, and gives no connection string of what is deleted', async () => {
    const made = await instanceThatIs('active')
    const mere = await under.client({ scopes: ['read', 'instances:operate'], tenants: ['alpha'] })
    const soon = new Date(Date.now() + 3_600_000).toISOString()
    expect(refusal(await mere.patch(made.path, { expiresAt: soon }))).to.deep.equal([403, 'insufficient_scope'])
    expect((await mere.patch(made.path, { expiresAt: null })).status).to.equal(200)
    const past = await operator.patch(made.path, { expiresAt: '2020-01-01T00:00:00Z' })
    expect(refusal(past)).to.deep.equal([400, 'validation_failed'])
    expect((await operator.patch(made.path, { expiresAt: soon })).body.expiresAt).to.equal(soon)
    const created = { tenant: 'alpha', name: 'Over already', expiresAt: '2020-01-01T00:00:00Z' }
    expect((await under.root.post('/v1/instances', created)).body.errors[0]?.pointer).to.equal('/expiresAt')
    const gone = await instanceThatIs('deleted', { more: `, registered_string = 'sealed'` })
    expect(refusal(await under.root.get(`${gone.path}/connection-string`))).to.deep.equal([410, 'instance_deleted'])
  })
})
