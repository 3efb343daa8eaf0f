import { randomUUID } from 'node:crypto'
import {
  applyMigrations,
  openPool,
  readEvents,
  readSnapshot,
  recordHealth,
  removeOldEvents,
  type FoundHealth,
  type HealthRecord,
  type Pool,
} from '@edfi-tenants/store'
import { expect } from 'chai'
import { createDatabase, type TestDatabase } from '../../support/postgres.js'

const nothingFound: HealthRecord = {
  reason: 'It does not answer.',
  latencyMs: null,
  databaseState: 'unknown',
  sizeBytes: null,
  sizeCheckedAt: null,
  connections: null,
  odsVersion: null,
  dataStandard: null,
  counts: {},
  countsMode: null,
  newestChangeAt: null,
  registration: { status: 'unknown', differences: [], reason: null },
  odsApi: { status: 'not_checked', reason: null, latencyMs: null },
  checks: [],
}

describe('events in the store', () => {
  let control: TestDatabase
  let database: Pool
  let instanceId: string
  before(async () => {
    control = await createDatabase('events')
    await applyMigrations(control.url)
    database = openPool(control.url, { size: 3 })
    await database.query(`
      INSERT INTO environments (id, name, engine, admin_api_url, admin_api_client_id, admin_api_client_secret)
        VALUES (gen_random_uuid(), 'default', 'PostgreSql', 'http://x', 'x', 'x')`)
    await database.query(`
      INSERT INTO tenants (name, environment_id, admin_tenant) SELECT 'alpha', id, 'alpha' FROM environments`)
    await database.query(`
      INSERT INTO database_servers (id, name, engine, database_engine, settings, username, registered_login, templates, tenants)
        VALUES (gen_random_uuid(), 'main', 'postgresql', 'PostgreSql', '{}', 'x', 'shared', '{}', '{}')`)
    const [row] = await database.query<{ id: string }>(`
      INSERT INTO instances (id, tenant, environment_id, admin_tenant, server_id, name, status, instance_type, contexts, labels, template_name,
          database_name, parameters, parameters_hash)
        SELECT gen_random_uuid(), 'alpha', e.id, 'alpha', d.id, 'High 2026', 'active', 'ods', '{}', '{}', 'minimal', 'x', '{}', ''
        FROM environments e, database_servers d RETURNING id`)
    instanceId = row!.id
  })
  after(async () => {
    await database.close()
    await control.drop()
  })

  /** A job of a worker that holds it. */
  async function newJob(more = 'now()'): Promise<string> {
    const id = randomUUID()
    await database.query(
      `INSERT INTO jobs (id, type, definition_version, parameters, requested_by, status, epoch, lease_owner, lease_expires_at, event_count, finished_at)
       VALUES ($1, 'health.check', 1, '{}', 'test', 'running', 1, 'w', now() + interval '1 hour', 1, CASE WHEN ${more} < now() THEN ${more} END)`,
      [id],
    )
    return id
  }

  const changes = async () =>
    (
      await database.query<{ data: object; tenant: string; instance_id: string }>(
        `SELECT data, tenant, instance_id FROM job_events WHERE type = 'instance.health_changed' ORDER BY id`,
      )
    ).map(({ data, tenant, instance_id }) => ({ ...data, tenant, instanceId: instance_id }))

  it('tell that the health of an instance has changed when two checks in a row say so, not before', async () => {
    const check = async (status: FoundHealth['status'], reachable: boolean): Promise<void> => {
      const lease = { jobId: await newJob(), epoch: 1 }
      const record = { ...nothingFound, reason: reachable ? null : nothingFound.reason }
      const found = [{ instanceId, status, reachable, record }]
      await recordHealth(database, lease, { position: 0, since: new Date().toISOString(), found })
    }
    await check('healthy', true)
    expect(await changes()).to.deep.equal([])
    await check('healthy', true)
    const about = { name: 'High 2026', tenant: 'alpha', instanceId }
    const well = { ...about, from: 'unknown', to: 'healthy', reason: null }
    expect(await changes()).to.deep.equal([well])

    // A single outlier, and one that says something else each time.
    await check('unreachable', false)
    await check('healthy', true)
    await check('degraded', true)
    await check('unreachable', false)
    expect(await changes()).to.deep.equal([well])
    await check('unreachable', false)
    await check('unreachable', false)
    const ill = { ...about, from: 'healthy', to: 'unreachable', reason: nothingFound.reason }
    expect(await changes()).to.deep.equal([well, ill])

    // While a job changes the instance, not to answer says nothing.
    await check('healthy', true)
    await check('healthy', true)
    await database.query(
      `INSERT INTO jobs (id, type, definition_version, parameters, requested_by, changing, instance_id) VALUES (gen_random_uuid(), 'instance.rename', 1, '{}', 'test', true, $1)`,
      [instanceId],
    )
    await check('unreachable', false)
    await check('unreachable', false)
    expect(await changes()).to.have.length(3)
  })

  it('are read once each by a reader who goes from snapshot to snapshot, in pages of any size', async () => {
    const filter = { tenants: ['beta'] }
    const begin = await readSnapshot(database)
    const insert = (of: Pick<Pool, 'query'>, n: number) =>
      of.query(
        `INSERT INTO job_events (type, tenant, data) VALUES ('x', 'Beta', jsonb_build_object('n', $1::integer))`,
        [n],
      )
    await insert(database, 1)
    let middle = begin
    await database.transaction(async (open) => {
      await insert(open, 2)
      await insert(database, 3)
      middle = await readSnapshot(database)
    })
    await insert(database, 4)
    const numbers = async (from: Parameters<typeof readEvents>[2], limit = 10) =>
      (await readEvents(database, filter, from, limit)).events.map(({ data }) => data['n'])
    expect(await numbers({ seen: begin, until: middle, at: 0 })).to.deep.equal([1, 3])
    expect(await numbers({ seen: middle, at: 0 })).to.deep.equal([2, 4])
    const page = await readEvents(database, filter, { seen: begin, at: 0 }, 3)
    expect(page.isFull).to.equal(true)
    await insert(database, 5)
    expect(await numbers({ seen: begin, until: page.until, at: page.events.at(-1)!.id })).to.deep.equal([4])
    expect(await numbers({ seen: page.until, at: 0 })).to.deep.equal([5])
  })

  it('are removed when they are old and their job has ended long ago', async () => {
    const [open, ended, recent] = [
      await newJob(),
      await newJob(`now() - interval '40 days'`),
      await newJob(`now() - interval '1 day'`),
    ]
    await database.query(
      `INSERT INTO job_events (job_id, sequence, type, data, created_at)
       SELECT id, 1, 'job.queued', '{}', now() - interval '41 days' FROM unnest($1::uuid[]) AS j (id)`,
      [[open, ended, recent]],
    )
    await database.query(
      `INSERT INTO job_events (type, tenant, data, created_at) VALUES ('old', 'alpha', '{}', now() - interval '31 days'), ('young', 'alpha', '{}', now())`,
    )
    await removeOldEvents(database, 30)
    const left = await database.query<{ job: string | null; type: string }>(
      `SELECT job_id AS job, type FROM job_events WHERE job_id IS NOT NULL OR type IN ('old', 'young')`,
    )
    expect(left.map(({ job, type }) => job ?? type)).to.have.members([open, recent, 'young'])
  })
})
