import { randomUUID } from 'node:crypto'
import type { CountDatabase, Operation, Server } from '@edfi-tenants/provisioner'
import { provisioner } from '@edfi-tenants/provisioner-postgresql'
import { buildTemplate } from '@edfi-tenants/sample-ods'
import { expect } from 'chai'
import { Client } from 'pg'
import { createDatabase, sharedPostgres, type TestDatabase } from '../../support/postgres.js'

const mark = randomUUID().slice(0, 8)
const operation = (signal = new AbortController().signal): Operation => ({
  signal,
  fence: () => Promise.resolve(),
  progress: () => undefined,
})

describe('countDatabase on PostgreSQL', function () {
  this.timeout(60_000)
  const populated = `count_populated_${mark}`
  let server: Server
  let database: TestDatabase

  const run = async (url: string, ...statements: string[]): Promise<Record<string, unknown>[]> => {
    const client = new Client({ connectionString: url })
    await client.connect()
    try {
      let rows: Record<string, unknown>[] = []
      for (const statement of statements) rows = (await client.query<Record<string, unknown>>(statement)).rows
      return rows
    } finally {
      await client.end()
    }
  }
  const count = (wished: Partial<CountDatabase> = {}, signal?: AbortSignal) =>
    provisioner.countDatabase(
      server,
      { databaseName: database.name, login: server.credentials, statementTimeoutMs: 20_000, ...wished },
      operation(signal),
    )

  before(async () => {
    const { url: adminUrl } = await sharedPostgres()
    await buildTemplate({ adminUrl, databaseName: populated, kind: 'populated' })
    const { hostname, port, username, password } = new URL(adminUrl)
    server = {
      id: '1',
      name: 'counting',
      settings: { host: hostname, port: Number(port) },
      credentials: { username, password },
    }
  })
  beforeEach(async () => {
    database = await createDatabase('count', { template: populated })
  })
  afterEach(() => database.drop())
  after(async () => {
    const { url } = await sharedPostgres()
    await run(url, `alter database ${populated} is_template false`, `drop database ${populated}`)
  })

  it('counts every table it names, and as active only those who have not left', async () => {
    await run(
      database.url,
      'create schema sample',
      'create table sample.student (id int)',
      'insert into sample.student values (1)',
    )
    const { counts, countsMode } = await count()
    const [row] = await run(
      database.url,
      `select (select count(*) from edfi.student)::int as students, (select count(*) from edfi.contact)::int as contacts,
         (select count(*) from edfi.school)::int as schools, (select count(*) from edfi.descriptor)::int as descriptors,
         (select count(*) from edfi.studentschoolassociation)::int as associations,
         (select count(*) from edfi.studentschoolassociation
           where coalesce(exitwithdrawdate, 'infinity') > current_date)::int as active`,
    )
    expect(countsMode).to.equal('exact')
    expect(counts).to.include({
      students: row?.['students'],
      contacts: row?.['contacts'],
      schools: row?.['schools'],
      descriptors: row?.['descriptors'],
      studentSchoolAssociations: row?.['associations'],
      activeEnrolments: row?.['active'],
    })
    expect(row?.['active']).to.be.lessThan(row?.['associations'] as number)
    expect(Object.entries(counts).filter(([, value]) => value === null)).to.deep.equal([])
  })

  it('knows the newest change by its ChangeVersion, in UTC whatever the time zone of the server', async () => {
    await run(
      database.url,
      `alter database ${database.name} set timezone to 'Pacific/Auckland'`,
      `update edfi.student set lastmodifieddate = '2031-05-06 07:08:09.123' where studentusi = 1`,
    )
    expect((await count()).newestChangeAt).to.equal('2031-05-06T07:08:09.123Z')
  })

  it('says null for what is not there or may not be read, and counts the rest', async () => {
    const username = `count_few_${mark}`
    await run(
      database.url,
      'drop table edfi.section cascade',
      'alter table edfi.contact rename to parent',
      'alter table edfi.student drop column changeversion',
      'drop function util.getedfistandardversion()',
      `create role ${username} login password 'few'`,
      `grant usage on schema edfi, util to ${username}`,
      `grant select on edfi.student, edfi.parent to ${username}`,
    )
    try {
      const all = await count()
      expect([all.counts['sections'], all.counts['contacts']]).to.deep.equal([null, 1500])
      expect([all.odsVersion, all.dataStandard]).to.deep.equal(['7.3', null])
      expect(all.newestChangeAt).to.match(/Z$/)
      const few = await count({ login: { username, password: 'few' } })
      expect(few.counts).to.include({ students: 1000, contacts: 1500, staff: null, activeEnrolments: null })
    } finally {
      await run(database.url, `drop owned by ${username}`, `drop role ${username}`)
    }
  })

  it('takes the planner’s estimates when counting takes too long, and null where there is none', async () => {
    await run(
      database.url,
      'analyze',
      'create table edfi.sectionrows as select * from edfi.section limit 0',
      // Every look at this table takes longer than it may.
      'alter table edfi.staff rename to staffrows',
      // No estimates of it either, whenever autovacuum comes by.
      'create table edfi.staff (staffusi int, lastmodifieddate timestamp, changeversion bigint) with (autovacuum_enabled = off)',
      'insert into edfi.staff select n, now(), n from generate_series(1, 2000) n',
      `create function public.slowly() returns boolean language sql volatile as 'select pg_sleep(0.01) is not null'`,
      'alter table edfi.staff enable row level security, force row level security',
      'create policy slow on edfi.staff using (public.slowly())',
    )
    const username = `count_slow_${mark}`
    await run(
      database.url,
      `create role ${username} login password 'slow'`,
      `grant usage on schema edfi, util, public to ${username}`,
      `grant select on all tables in schema edfi to ${username}`,
    )
    try {
      const started = Date.now()
      const { counts, countsMode, odsVersion } = await count({
        login: { username, password: 'slow' },
        statementTimeoutMs: 700,
      })
      expect(Date.now() - started).to.be.lessThan(5_000)
      expect(countsMode).to.equal('estimated')
      expect(odsVersion).to.equal('7.3')
      expect(counts['students']).to.be.within(900, 1100)
      expect([counts['staff'], counts['activeEnrolments']]).to.deep.equal([null, null])
    } finally {
      await run(database.url, `drop owned by ${username}`, `drop role ${username}`)
    }
  })

  it('asks checks read-only, one statement each, within the time, and quotes few of their findings', async () => {
    const { checks } = await count({
      statementTimeoutMs: 1_000,
      checks: [
        { name: 'many', sql: 'select studentuniqueid from edfi.student order by studentusi' },
        { name: 'writes', sql: 'with gone as (delete from edfi.student returning 1) select * from gone' },
        { name: 'ends', sql: 'select 1 where false; commit; delete from edfi.student' },
        { name: 'slow', sql: 'select pg_sleep(30)' },
        { name: 'none', sql: 'select 1 from edfi.student where false' },
      ],
    })
    expect(checks.map((check) => [check.name, check.ok])).to.deep.equal([
      ['many', false],
      ['writes', false],
      ['ends', false],
      ['slow', false],
      ['none', true],
    ])
    expect(checks[0]?.detail.length).to.be.lessThan(510)
    expect(checks[3]?.detail).to.match(/57014/)
    expect(await run(database.url, 'select count(*)::int as left from edfi.student')).to.deep.equal([{ left: 1000 }])
  })
})
