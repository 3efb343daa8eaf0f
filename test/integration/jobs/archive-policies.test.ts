import { randomUUID } from 'node:crypto'
import { sweepArchives } from '@edfi-tenants/jobs'
import { updateTenant, type ArchivePolicy } from '@edfi-tenants/store'
import { expect } from 'chai'
import { startJobStack, type JobStack } from '../../support/job-stack.js'

describe('archive policies of tenants, with no worker there', function () {
  this.timeout(60_000)
  let stack: JobStack
  const instances: string[] = []

  before(async () => {
    stack = await startJobStack()
    for (const name of ['First', 'Second', 'Third']) instances.push((await stack.create({ name })).instance.id)
    await query(`UPDATE instances SET status = 'active'`)
    await query(`UPDATE jobs SET status = 'succeeded', finished_at = now()`)
  })
  after(() => stack.close())
  afterEach(() => query(`UPDATE jobs SET status = 'succeeded', finished_at = now() WHERE finished_at IS NULL`))

  const query = <Row extends object>(sql: string, values: unknown[] = []) =>
    stack.store.database.query<Row>(sql, values)
  const policy = (archivePolicy: ArchivePolicy | null) => updateTenant(stack.store, 'district-one', { archivePolicy })

  /** What a sweep asks for: the instances or archives. */
  async function sweep(allowDelete = true): Promise<{ archive: string[]; remove: string[] }> {
    const [last] = await query<{ number: number }>('SELECT coalesce(max(number), 0) AS number FROM jobs')
    await sweepArchives(stack.store.database, { allowDelete })
    const jobs = await query<{ type: string; instance: string; archive: string; priority: number; by: string }>(
      `SELECT type, instance_id AS instance, parameters ->> 'archiveId' AS archive, priority, requested_by AS by FROM jobs WHERE number > $1`,
      [last?.number],
    )
    expect(jobs.every(({ priority, by }) => priority < 0 && by === 'system:archive')).to.equal(true)
    return {
      archive: jobs.filter(({ type }) => type === 'instance.archive').map(({ instance }) => instance),
      remove: jobs.filter(({ type }) => type === 'archive.delete').map(({ archive }) => archive),
    }
  }

  /** Available archives of the first instance, oldest first; each `[reason, days old, further columns]`. */
  async function given(...rows: [reason: string, daysOld: number, more?: { hold?: boolean; expired?: boolean }][]) {
    await query('DELETE FROM archives')
    const ids = rows.map(() => randomUUID())
    for (const [index, [reason, days, more]] of rows.entries())
      await query(
        `INSERT INTO archives (id, tenant, instance_id, server_id, engine, status, reason, durability, source, legal_hold, expires_at, created_at)
         SELECT $1, tenant, id, server_id, 'postgresql', 'available', $2, 'off_server', '{}', $4,
           CASE WHEN $5 THEN now() - interval '1 minute' END, now() - make_interval(days => $3)
         FROM instances WHERE id = $6`,
        [ids[index], reason, days, more?.hold ?? false, more?.expired ?? false, instances[0]],
      )
    return ids
  }

  it('ask for nothing where there is none', async () => {
    await query(`UPDATE instances SET created_at = now() - interval '1 year'`)
    expect(await sweep()).to.deep.equal({ archive: [], remove: [] })
  })

  it('ask for the archives that are due, each once, and not while the last try is fresh', async () => {
    await policy({ everyHours: 24 })
    await query(`UPDATE instances SET created_at = now() - interval '2 days'`)
    await query(`UPDATE instances SET archived_at = now() - interval '1 hour' WHERE id = $1`, [instances[1]])
    await query(`UPDATE instances SET status = 'deleted' WHERE id = $1`, [instances[2]])
    expect((await sweep()).archive).to.deep.equal([instances[0]])
    expect((await sweep()).archive).to.deep.equal([])
    await query(`UPDATE jobs SET status = 'failed', finished_at = now()`)
    expect((await sweep()).archive).to.deep.equal([])
    await query(`UPDATE jobs SET created_at = now() - interval '61 minutes'`)
    expect((await sweep()).archive).to.deep.equal([instances[0]])
  })

  it('spread instances that were made together over the last tenth of the interval', async () => {
    await query(`UPDATE jobs SET created_at = now() - interval '1 year'`)
    await query(`UPDATE instances SET status = 'active', archived_at = now() - interval '21 hours'`)
    expect((await sweep()).archive).to.deep.equal([])
    await query(`UPDATE instances SET archived_at = now() - interval '24 hours'`)
    expect((await sweep()).archive.sort()).to.deep.equal([...instances].sort())
  })

  it('delete scheduled archives beyond those to keep, and no others', async () => {
    await policy({ keep: 2 })
    const ids = await given(
      ['scheduled', 9],
      ['requested', 8],
      ['scheduled', 7],
      ['delete', 6],
      ['scheduled', 5],
      ['scheduled', 4],
    )
    expect((await sweep(false)).remove).to.deep.equal([])
    expect((await sweep()).remove).to.deep.equal([ids[0], ids[2]])
    expect((await sweep()).remove).to.deep.equal([])
  })

  it('delete scheduled archives that are too old, and any that is past its own time', async () => {
    await policy({ keepDays: 30 })
    const ids = await given(['scheduled', 31], ['requested', 31], ['requested', 2, { expired: true }], ['scheduled', 1])
    expect((await sweep()).remove).to.deep.equal([ids[0], ids[2]])
  })

  it('never delete an archive under legal hold, nor the newest one of an instance', async () => {
    await policy({ keep: 1, keepDays: 1 })
    const ids = await given(
      ['scheduled', 90, { hold: true, expired: true }],
      ['scheduled', 80],
      ['scheduled', 70, { expired: true }],
    )
    expect((await sweep()).remove).to.deep.equal([ids[1]])
  })
})
