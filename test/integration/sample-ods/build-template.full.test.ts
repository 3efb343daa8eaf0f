import { buildTemplate } from '@edfi-tenants/sample-ods'
import { expect } from 'chai'
import { escapeIdentifier } from 'pg'
import { sharedPostgres } from '../../support/postgres.js'
import { dropDatabase, query, uniqueName, value } from './sample-server.js'

/** The tables whose rows the health of an instance counts, and how many the populated sample has. */
const populatedCounts = {
  student: 1000,
  staff: 80,
  contact: 1500,
  educationorganization: 6,
  school: 3,
  localeducationagency: 1,
  stateeducationagency: 1,
  educationservicecenter: 1,
  section: 416,
  studentschoolassociation: 1020,
  studentsectionassociation: 7920,
  staffsectionassociation: 416,
  staffeducationorganizationassignmentassociation: 80,
  coursetranscript: 1228,
  studentschoolattendanceevent: 2194,
  studentspecialeducationprogramassociation: 111,
  studentdisciplineincidentbehaviorassociation: 40,
  course: 52,
  courseoffering: 104,
  session: 6,
  grade: 4000,
  studentassessment: 924,
  studenteducationorganizationassociation: 1000,
}

async function count(database: string, table: string): Promise<number> {
  return Number(await value(database, `select count(*) from edfi.${table}`))
}

describe('buildTemplate', function () {
  this.timeout(120_000)
  const minimal = uniqueName('minimal')
  const populated = uniqueName('populated')
  const minimalClone = uniqueName('minimal_clone')
  const populatedClone = uniqueName('populated_clone')
  const created = [minimalClone, populatedClone, minimal, populated]
  let adminUrl: string

  before(async () => {
    adminUrl = (await sharedPostgres()).url
    await buildTemplate({ adminUrl, databaseName: minimal, kind: 'minimal' })
    await buildTemplate({ adminUrl, databaseName: populated, kind: 'populated' })
    await query(undefined, `create database ${escapeIdentifier(minimalClone)} template ${escapeIdentifier(minimal)}`)
    await query(
      undefined,
      `create database ${escapeIdentifier(populatedClone)} template ${escapeIdentifier(populated)}`,
    )
  })

  after(async () => {
    for (const name of created) await dropDatabase(name)
  })

  it('seals what it built, so that no session can ever hinder a clone', async () => {
    for (const name of [minimal, populated]) {
      const rows = await query(undefined, 'select datistemplate, datallowconn from pg_database where datname = $1', [
        name,
      ])
      expect(rows).to.deep.equal([{ datistemplate: true, datallowconn: false }])
    }
  })

  it('gives a minimal template descriptors and school years, and nobody to count', async () => {
    for (const table of Object.keys(populatedCounts)) expect(await count(minimalClone, table), table).to.equal(0)
    expect(await count(minimalClone, 'descriptor')).to.be.greaterThan(400)
    const years = await query(
      minimalClone,
      'select min(schoolyear) as first, max(schoolyear) as last, count(*)::int as years from edfi.schoolyeartype',
    )
    expect(years).to.deep.equal([{ first: 1991, last: 2050, years: 60 }])
  })

  it('populates a district whose counts never differ between builds', async () => {
    const counts = Object.fromEntries(
      await Promise.all(
        Object.keys(populatedCounts).map(async (table) => [table, await count(populatedClone, table)] as const),
      ),
    )
    expect(counts).to.deep.equal(populatedCounts)
    const enrolled = await value(
      populatedClone,
      'select count(*)::int from edfi.studentschoolassociation where exitwithdrawdate is null',
    )
    expect(enrolled).to.equal(980)
  })

  it('answers what a real one answers about itself', async () => {
    expect(await value(minimalClone, 'select util.getedfiodsversion()')).to.equal('7.3')
    expect(await value(minimalClone, 'select util.getedfistandardversion()')).to.equal('5.2')
    const scripts = await query<{ scriptname: string }>(minimalClone, 'select scriptname from public."DeployJournal"')
    const names = scripts.map((row) => row.scriptname)
    expect(names).to.include(
      'EdFi.Ods.Standard.Standard.5.2.0.Artifacts.PgSql.Structure.Ods.1470-UpdateVersionTo73.sql',
    )
    expect(names.some((name) => name.includes('Extensions.TPDM.1.1.0.Standard.5.2.0.'))).to.equal(true)
  })

  it('leaves no trace of its own building in the template', async () => {
    const schemas = await query<{ nspname: string }>(
      minimalClone,
      `select nspname from pg_namespace where nspname !~ '^(pg_|information_schema$)' order by 1`,
    )
    expect(schemas.map((row) => row.nspname)).to.deep.equal([
      'auth',
      'changes',
      'edfi',
      'interop',
      'public',
      'tpdm',
      'tracked_changes_edfi',
      'tracked_changes_tpdm',
      'util',
    ])
  })

  it('holds only rows whose foreign keys hold', async () => {
    // Adding a key anew makes PostgreSQL check every row of it.
    const keys = await query<{ table: string; definition: string }>(
      populatedClone,
      `select conrelid::regclass::text as table, pg_get_constraintdef(oid) as definition
         from pg_constraint where contype = 'f' and connamespace::regnamespace::text in ('edfi', 'tpdm', 'interop')`,
    )
    expect(keys.length).to.be.greaterThan(150)
    const statements = keys.map(({ table, definition }) => `alter table ${table} add ${definition};`)
    await query(populatedClone, statements.join('\n'))
  })

  it('keeps who may see what by trigger, so that a school inserted by SQL is authorized at once', async () => {
    const above = `select array_agg(sourceeducationorganizationid::int order by sourceeducationorganizationid) as ids
      from auth.educationorganizationidtoeducationorganizationid where targeteducationorganizationid = 255901999`
    await query(
      populatedClone,
      `insert into edfi.educationorganization (educationorganizationid, nameofinstitution, discriminator)
         values (255901999, 'Late School', 'edfi.School'), (255902, 'Other District', 'edfi.LocalEducationAgency');
       insert into edfi.localeducationagency (localeducationagencyid, localeducationagencycategorydescriptorid, stateeducationagencyid)
         select 255902, localeducationagencycategorydescriptorid, 255900 from edfi.localeducationagency;
       insert into edfi.school (schoolid, localeducationagencyid) values (255901999, 255901)`,
    )
    expect(await value(populatedClone, above)).to.deep.equal([255900, 255901, 255950, 255901999])

    await query(populatedClone, 'update edfi.school set localeducationagencyid = 255902 where schoolid = 255901999')
    expect(await value(populatedClone, above)).to.deep.equal([255900, 255902, 255901999])

    await query(
      populatedClone,
      'update edfi.localeducationagency set stateeducationagencyid = null where localeducationagencyid = 255902',
    )
    expect(await value(populatedClone, above)).to.deep.equal([255902, 255901999])

    await query(populatedClone, 'delete from edfi.educationorganization where educationorganizationid = 255901999')
    expect(await value(populatedClone, above)).to.equal(null)
  })

  it('numbers every change and remembers deletes with their natural keys', async () => {
    const newest = 'select changes.getmaxchangeversion()::int'
    const before = Number(await value(populatedClone, newest))
    await query(populatedClone, `update edfi.student set middlename = 'Q' where studentuniqueid = '604001'`)
    expect(Number(await value(populatedClone, newest))).to.equal(before + 1)
    expect(
      await value(populatedClone, `select changeversion::int from edfi.student where studentuniqueid = '604001'`),
    ).to.equal(before + 1)

    await query(populatedClone, `delete from edfi.studentschoolattendanceevent where studentusi = 1`)
    const deleted = await query<{ student: string; category: string; version: number }>(
      populatedClone,
      `select distinct oldstudentuniqueid as student, oldattendanceeventcategorydescriptorcodevalue as category
         from tracked_changes_edfi.studentschoolattendanceevent`,
    )
    expect(deleted).to.deep.equal([{ student: '604001', category: 'Excused Absence' }])
  })

  it('sets the current school year, and refuses one that does not exist', async () => {
    const current = 'select array_agg(schoolyear::int) from edfi.schoolyeartype where currentschoolyear'
    expect(await value(minimalClone, current)).to.deep.equal([2026])
    await query(minimalClone, 'select edfi.setcurrentschoolyear(2027)')
    expect(await value(minimalClone, current)).to.deep.equal([2027])
    const refused = await query(minimalClone, 'select edfi.setcurrentschoolyear(1066)').catch((error: unknown) => error)
    expect(refused).to.be.instanceOf(Error).with.property('code', '50000')
    expect(await value(minimalClone, current)).to.deep.equal([2027])
  })

  it('renames a session through every row below it, since keys are natural', async () => {
    const renamed = `select count(*)::int from edfi.grade where sessionname = 'Autumn'`
    await query(
      populatedClone,
      `update edfi.session set sessionname = 'Autumn' where sessionname like '%Fall%' and schoolid = 255901001`,
    )
    expect(await value(populatedClone, renamed)).to.equal(1228)
  })

  it('lets a login count everything with nothing but CONNECT, USAGE and SELECT', async () => {
    const reader = uniqueName('reader')
    await query(undefined, `create role ${reader} login password 'only-for-this-test'`)
    try {
      await query(
        populatedClone,
        `grant usage on schema edfi, util, changes to ${reader};
         grant select on all tables in schema edfi to ${reader};
         grant select on all sequences in schema changes to ${reader}`,
      )
      const rows = await query<{ students: number; version: string; changed: boolean }>(
        populatedClone,
        `select (select count(*)::int from edfi.student) as students, util.getedfiodsversion() as version,
                changes.getmaxchangeversion() > 0 as changed`,
        [],
        { user: reader, password: 'only-for-this-test' },
      )
      expect(rows).to.deep.equal([{ students: 1000, version: '7.3', changed: true }])
    } finally {
      await query(populatedClone, `drop owned by ${reader}`)
      await query(undefined, `drop role ${reader}`)
    }
  })

  describe('with other wishes', () => {
    it('builds an older one, with its version, its paths and its parents', async () => {
      const name = uniqueName('older')
      created.push(name)
      await buildTemplate({
        adminUrl,
        databaseName: name,
        kind: 'populated',
        odsVersion: '6.1',
        dataStandard: '4.0',
        seal: false,
      })
      expect(await value(name, 'select util.getedfiodsversion()')).to.equal('6.1')
      expect(await count(name, 'parent')).to.equal(1500)
      expect(await count(name, 'studentparentassociation')).to.equal(1500)
      expect(await value(name, `select to_regclass('edfi.contact')`)).to.equal(null)
      expect(await value(name, 'select count(*)::int from auth.educationorganizationidtoparentusi')).to.be.greaterThan(
        1500,
      )
      const newest = `select max(scriptname) from public."DeployJournal" where scriptname like '%UpdateVersionTo%'`
      expect(await value(name, newest)).to.equal(
        'EdFi.Ods.Standard.Artifacts.PgSql.Structure.Ods.1380-UpdateVersionTo61.sql',
      )
      const leftover = await query(
        name,
        `select from pg_class where relname like '%contact%' and relkind in ('r', 'i', 'v', 'S')`,
      )
      expect(leftover).to.deep.equal([])
    })

    it('builds one that tells nobody its version, all of it owned by the role asked for', async () => {
      const owner = uniqueName('owner')
      const name = uniqueName('owned')
      await query(undefined, `create role ${owner}`)
      try {
        await buildTemplate({
          adminUrl,
          databaseName: name,
          kind: 'minimal',
          withVersionFunctions: false,
          withDeployJournal: false,
          owner,
          seal: false,
        })
        expect(await value(name, `select to_regproc('util.getedfiodsversion')`)).to.equal(null)
        expect(await value(name, `select to_regclass('public."DeployJournal"')`)).to.equal(null)
        const owners = await query<{ owner: string }>(
          name,
          `select distinct pg_get_userbyid(relowner) as owner from pg_class
             where relnamespace::regnamespace::text !~ '^pg_' and relnamespace::regnamespace::text <> 'information_schema'
           union select pg_get_userbyid(datdba) from pg_database where datname = current_database()
           union select pg_get_userbyid(nspowner) from pg_namespace where nspname in ('edfi', 'util', 'auth')`,
        )
        expect(owners).to.deep.equal([{ owner }])
      } finally {
        await dropDatabase(name)
        await query(undefined, `drop role ${owner}`)
      }
    })
  })
})
