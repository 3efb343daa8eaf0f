import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { JsonObject } from '@edfi-tenants/core'
import { requestSeed, type AskedSeed } from '@edfi-tenants/jobs'
import { publishSeedBundles, readSeedBundles, type InstanceRow, type JobRow } from '@edfi-tenants/store'
import { expect } from 'chai'
import pg from 'pg'
import { origin, startJobStack, type JobStack } from '../../support/job-stack.js'

/** A bundle of an operator's own: makes a note in a descriptor's text, then divides by what it is told. */
function writeOwnBundle(folder: string): void {
  const scripts = path.join(folder, 'own-note', 'postgresql')
  mkdirSync(scripts, { recursive: true })
  const parameters = {
    type: 'object',
    required: ['note', 'divisor'],
    properties: { note: { type: 'string' }, divisor: { type: 'integer' } },
  }
  writeFileSync(
    path.join(folder, 'own-note', 'bundle.json'),
    JSON.stringify({ title: 'A note', description: 'Of the operator.', parameters }),
  )
  writeFileSync(
    path.join(scripts, '10-note.sql'),
    `UPDATE edfi.descriptor SET description = current_setting('tm.parameters')::jsonb #>> '{own-note,note}'
      WHERE uri = 'uri://ed-fi.org/TermDescriptor#Year Round';`,
  )
  writeFileSync(
    path.join(scripts, '20-divide.sql'),
    `-- A line before the one that fails.\nSELECT 1 / (current_setting('tm.parameters')::jsonb #>> '{own-note,divisor}')::int;\n`,
  )
}

const district = {
  bundle: 'education-organizations',
  parameters: {
    stateEducationAgency: { id: 31, name: 'State of Grand Bend' },
    localEducationAgency: { id: 255901, name: 'Grand Bend ISD', shortName: 'GBISD', category: 'Local' },
    schools: [
      { id: 255901001, name: 'Grand Bend High School', gradeLevels: ['Ninth grade', 'Tenth grade'] },
      { id: 255901107, name: 'Grand Bend Elementary', webSite: 'https://gb.example' },
    ],
  },
}

describe('filling an instance', function () {
  this.timeout(180_000)
  let stack: JobStack
  let folder: string
  let instance: InstanceRow

  /** Rows of the instance's database, as the server's administrator sees them. */
  async function rows(statement: string, databaseName = instance.databaseName): Promise<unknown[][]> {
    const url = new URL(stack.serverUrl)
    url.pathname = `/${databaseName}`
    const client = new pg.Client({ connectionString: url.href })
    await client.connect()
    try {
      return (await client.query<unknown[]>({ text: statement, rowMode: 'array' })).rows
    } finally {
      await client.end()
    }
  }

  /** Every row that the bundles can touch, so that "as it was" means all of it. */
  const everything = () =>
    rows(`
      SELECT 'year', y::text FROM edfi.schoolyeartype y UNION ALL
      SELECT 'descriptor', d::text FROM edfi.descriptor d UNION ALL
      SELECT 'organization', o::text FROM edfi.educationorganization o UNION ALL
      SELECT 'school', s::text FROM edfi.school s
      ORDER BY 1, 2`)

  const request = (seed: readonly AskedSeed[]): Promise<JobRow> =>
    stack.store.database
      .transaction((database) => requestSeed(database, instance.id, origin, seed))
      .then(({ job }) => {
        stack.ringer.request()
        return job
      })

  const fill = async (...seed: AskedSeed[]): Promise<JobRow> => stack.waitForJob((await request(seed)).id)

  const refusal = (seed: readonly AskedSeed[]) =>
    request(seed).then(
      () => null,
      (error: unknown) => error as { code: string; errors?: object[]; extensions: JsonObject },
    )

  const own = (divisor: number, note = 'ours'): AskedSeed => ({ bundle: 'own-note', parameters: { note, divisor } })

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'bundles-'))
    writeOwnBundle(folder)
    stack = await startJobStack({ seedBundlesDir: folder })
    stack.startWorker()
  })
  after(async () => {
    await stack.close()
    rmSync(folder, { recursive: true, force: true })
  })
  beforeEach(async () => {
    const { job, instance: created } = await stack.create({
      name: `Filled ${Math.random().toString(36).slice(2, 8)}`,
    })
    const ended = await stack.waitForJob(job.id)
    expect(ended.error).to.equal(null)
    expect(ended.steps.find(({ name }) => name === 'seed')).to.include({ status: 'skipped' })
    instance = await stack.instance(created.id)
  })

  it('makes one school year the current one, and adds a year that the template lacks', async () => {
    const job = await fill({ bundle: 'school-year', parameters: { schoolYear: 2099 } })
    expect(job.error).to.equal(null)
    expect(job.steps.map(({ name, status }) => [name, status])).to.deep.equal([
      ['seed', 'succeeded'],
      ['verify-database', 'succeeded'],
    ])
    expect(job.steps[0]?.detail).to.equal('Ran school-year. The current school year is 2098-2099.')
    const current = 'SELECT schoolyear, schoolyeardescription FROM edfi.schoolyeartype WHERE currentschoolyear'
    expect(await rows(current)).to.deep.equal([[2099, '2098-2099']])

    await fill({ bundle: 'school-year', parameters: { schoolYear: 2027, description: 'The next one' } })
    expect(await rows(current)).to.deep.equal([[2027, 'The next one']])
    expect(await rows('SELECT count(*)::int FROM edfi.schoolyeartype WHERE schoolyear IN (2027, 2099)')).to.deep.equal([
      [2],
    ])
  })

  it('adds a district that credentials can be scoped to: below its state and above its schools', async () => {
    expect((await fill(district)).error).to.equal(null)
    expect(
      await rows(`SELECT educationorganizationid::int, nameofinstitution, o.discriminator, category.codevalue
        FROM edfi.educationorganization o
        JOIN edfi.educationorganizationcategory USING (educationorganizationid)
        JOIN edfi.descriptor category ON category.descriptorid = educationorganizationcategorydescriptorid
        ORDER BY 1`),
    ).to.deep.equal([
      [31, 'State of Grand Bend', 'edfi.StateEducationAgency', 'State Education Agency'],
      [255901, 'Grand Bend ISD', 'edfi.LocalEducationAgency', 'Local Education Agency'],
      [255901001, 'Grand Bend High School', 'edfi.School', 'School'],
      [255901107, 'Grand Bend Elementary', 'edfi.School', 'School'],
    ])
    expect(
      await rows(`SELECT targeteducationorganizationid::int FROM auth.educationorganizationidtoeducationorganizationid
        WHERE sourceeducationorganizationid = 31 ORDER BY 1`),
    ).to.deep.equal([[31], [255901], [255901001], [255901107]])
    expect(
      await rows(`SELECT d.codevalue FROM edfi.localeducationagency
        JOIN edfi.descriptor d ON d.descriptorid = localeducationagencycategorydescriptorid`),
    ).to.deep.equal([['Local']])
    expect(
      await rows(`SELECT schoolid::int, codevalue FROM edfi.schoolgradelevel
        JOIN edfi.descriptor ON descriptorid = gradeleveldescriptorid ORDER BY 1, 2`),
    ).to.deep.equal([
      [255901001, 'Ninth grade'],
      [255901001, 'Tenth grade'],
    ])
  })

  it('runs twice like once: what is there is updated, what was not asked for stays', async () => {
    await fill(district)
    const counts = () =>
      rows(`SELECT (SELECT count(*)::int FROM edfi.descriptor), (SELECT count(*)::int FROM edfi.educationorganization),
        (SELECT count(*)::int FROM edfi.educationorganizationcategory), (SELECT count(*)::int FROM edfi.schoolgradelevel)`)
    const first = await counts()
    const job = await fill({
      bundle: 'education-organizations',
      parameters: {
        localEducationAgency: { id: 255901, name: 'Grand Bend Independent School District' },
        schools: [{ id: 255901001, name: 'Grand Bend High School', gradeLevels: ['Ninth grade'] }],
      },
    })
    expect(job.error).to.equal(null)
    expect(await counts()).to.deep.equal(first)
    expect(
      await rows(`SELECT nameofinstitution, shortnameofinstitution, stateeducationagencyid::int, codevalue
        FROM edfi.localeducationagency
        JOIN edfi.educationorganization ON educationorganizationid = localeducationagencyid
        JOIN edfi.descriptor ON descriptorid = localeducationagencycategorydescriptorid`),
    ).to.deep.equal([['Grand Bend Independent School District', 'GBISD', 31, 'Local']])
  })

  it('adds descriptors with their kind, and lets a later bundle of the same request use them', async () => {
    const namespace = 'uri://state.example/GradeLevelDescriptor'
    const job = await fill(
      { bundle: 'descriptors', parameters: { descriptors: [{ namespace, codeValue: 'Grade 13' }] } },
      {
        bundle: 'education-organizations',
        parameters: {
          localEducationAgency: { id: 1, name: 'One' },
          schools: [{ id: 2, name: 'Two', gradeLevels: [`${namespace}#Grade 13`] }],
        },
      },
    )
    expect(job.error).to.equal(null)
    const added = `SELECT shortdescription, description, discriminator FROM edfi.gradeleveldescriptor
      JOIN edfi.descriptor ON descriptorid = gradeleveldescriptorid
      JOIN edfi.schoolgradelevel USING (gradeleveldescriptorid) WHERE schoolid = 2`
    expect(await rows(added)).to.deep.equal([['Grade 13', null, 'edfi.GradeLevelDescriptor']])

    const again = { namespace, codeValue: 'Grade 13', shortDescription: '13th', description: 'After the twelfth' }
    await fill({ bundle: 'descriptors', parameters: { descriptors: [again] } })
    expect(await rows(added)).to.deep.equal([['13th', 'After the twelfth', 'edfi.GradeLevelDescriptor']])
  })

  it('refuses an id that belongs to an organization of another kind, and undoes the whole request', async () => {
    await fill(district)
    const before = await everything()
    const job = await fill(
      { bundle: 'school-year', parameters: { schoolYear: 2050 } },
      {
        bundle: 'education-organizations',
        parameters: {
          localEducationAgency: { id: 255901001, name: 'A district now' },
          schools: [{ id: 3, name: 'Three' }],
        },
      },
    )
    expect(job).to.include({ status: 'failed' })
    expect(job.error).to.include({ code: 'seed_failed' })
    expect(job.error?.detail).to.contain('255901001 was asked for as edfi.LocalEducationAgency, but is edfi.School.')
    expect(await everything()).to.deep.equal(before)
    expect(await stack.instance(instance.id)).to.include({ status: 'active', activeJobId: null })
  })

  it('names what cannot be: an unknown grade level or kind of descriptor, a state without a name, one id for two', async () => {
    const before = await everything()
    const school = { id: 2, name: 'Two', gradeLevels: ['Grade 99'] }
    const localEducationAgency = { id: 1, name: 'One' }
    const twice = { id: 1, name: 'Two' }
    const failures = [
      await fill({ bundle: 'education-organizations', parameters: { localEducationAgency, schools: [school] } }),
      await fill({
        bundle: 'descriptors',
        parameters: { descriptors: [{ namespace: 'uri://a.example/NoSuchDescriptor', codeValue: 'x' }] },
      }),
      await fill({
        bundle: 'education-organizations',
        parameters: { localEducationAgency, stateEducationAgency: { id: 77 } },
      }),
      await fill({ bundle: 'education-organizations', parameters: { localEducationAgency, schools: [twice] } }),
    ].map((job) => String(job.error?.detail))
    expect(failures[0]).to.contain('uri://ed-fi.org/GradeLevelDescriptor#Grade 99')
    expect(failures[0]).to.contain('education-organizations/postgresql/10-descriptors.sql')
    expect(failures[1]).to.contain('NoSuchDescriptor')
    expect(failures[2]).to.contain('77 does not exist, and no name was given.')
    expect(failures[3]).to.match(/1 was asked for as edfi\.(School|LocalEducationAgency), but is/)
    expect(await everything()).to.deep.equal(before)
  })

  it('names the failing script of an own bundle with its line, and leaves the instance as it was', async () => {
    const before = await everything()
    const job = await fill({ bundle: 'school-year', parameters: { schoolYear: 2050 } }, own(0))
    expect(job).to.include({ status: 'failed' })
    expect(job.error).to.include({ code: 'seed_failed' })
    expect(job.error?.detail).to.contain('own-note/postgresql/20-divide.sql')
    expect(job.error?.detail).to.match(/line 2\b/)
    expect(await everything()).to.deep.equal(before)

    expect((await fill(own(1))).error).to.equal(null)
    expect(
      await rows(`SELECT description FROM edfi.descriptor WHERE uri = 'uri://ed-fi.org/TermDescriptor#Year Round'`),
    ).to.deep.equal([['ours']])
  })

  it('takes parameters as data, whatever they look like', async () => {
    const evil = `'); DROP TABLE edfi.school; -- "$$ \\ {{x}} \``
    const job = await fill(own(1, evil), {
      bundle: 'education-organizations',
      parameters: { localEducationAgency: { id: 9, name: evil, shortName: `O'Brien $1 %s` } },
    })
    expect(job.error).to.equal(null)
    expect(
      await rows('SELECT nameofinstitution, shortnameofinstitution FROM edfi.educationorganization'),
    ).to.deep.equal([[evil, `O'Brien $1 %s`]])
    expect(
      await rows(`SELECT description FROM edfi.descriptor WHERE uri = 'uri://ed-fi.org/TermDescriptor#Year Round'`),
    ).to.deep.equal([[evil]])
    expect(await rows('SELECT count(*)::int FROM edfi.school')).to.deep.equal([[0]])
  })

  it('refuses at the request what can never succeed', async () => {
    const unknown = await refusal([{ bundle: 'no-such-bundle' }])
    expect(unknown).to.include({ code: 'unknown_seed_bundle' })
    expect(unknown?.extensions['bundles']).to.deep.equal([
      'descriptors',
      'education-organizations',
      'own-note',
      'school-year',
    ])
    expect(
      (
        await refusal([
          { bundle: 'school-year', parameters: { schoolYear: 1800, year: 2026 } },
          { bundle: 'school-year', parameters: {} },
        ])
      )?.errors,
    ).to.deep.equal([
      { pointer: '/seed/0/parameters/year', detail: 'is not a known property' },
      { pointer: '/seed/0/parameters/schoolYear', detail: 'must be >= 1991' },
      { pointer: '/seed/1/bundle', detail: 'is asked for already; name each bundle once' },
      { pointer: '/seed/1/parameters/schoolYear', detail: 'is required' },
    ])
    const [schoolYear] = (await readSeedBundles(stack.store)).filter(({ name }) => name === 'school-year')
    if (!schoolYear) throw new Error('The bundle is not published.')
    await publishSeedBundles(stack.store, [{ ...schoolYear, name: 'elsewhere', engines: ['SqlServer'] }])
    try {
      expect(await refusal([{ bundle: 'elsewhere', parameters: { schoolYear: 2026 } }])).to.include({
        code: 'not_supported',
      })
    } finally {
      await stack.store.database.query(`DELETE FROM seed_bundles WHERE name = 'elsewhere'`)
    }
    expect(await stack.instance(instance.id)).to.include({ status: 'active', activeJobId: null })
  })

  it('fills a new instance before it is verified and registered; the same request again is the same', async () => {
    const seed = [{ bundle: 'school-year', parameters: { schoolYear: 2031 } }, district]
    const name = `Seeded ${Math.random().toString(36).slice(2, 8)}`
    const created = await stack.create({ name, seed })
    const job = await stack.waitForJob(created.job.id)
    expect(job.error).to.equal(null)
    expect(job.steps.slice(1, 4).map((step) => [step.name, step.status])).to.deep.equal([
      ['create-database', 'succeeded'],
      ['seed', 'succeeded'],
      ['verify-database', 'succeeded'],
    ])
    expect(job.steps[2]?.detail).to.match(/^Ran school-year, education-organizations\. The current school year/)
    const { databaseName } = created.instance
    expect(await rows('SELECT count(*)::int FROM edfi.school', databaseName)).to.deep.equal([[2]])

    expect(await stack.create({ name, seed })).to.include({ status: 200, created: false })
    const other = await stack.create({ name, seed: seed.slice(0, 1) }).catch((error: unknown) => error)
    expect(other).to.include({ code: 'instance_exists' })
    expect((other as { extensions: { fields: string[] } }).extensions.fields).to.deep.equal(['seed'])
  })

  it('leaves no instance behind when its seed fails, and takes none for an empty database', async () => {
    const created = await stack.create({ name: `Failing ${Math.random().toString(36).slice(2, 8)}`, seed: [own(0)] })
    const job = await stack.waitForJob(created.job.id)
    expect(job.error).to.include({ code: 'seed_failed' })
    expect(job.outcome).to.include({ compensation: 'done' })
    expect(
      await rows(`SELECT 1 FROM pg_database WHERE datname = '${created.instance.databaseName}'`, 'postgres'),
    ).to.deep.equal([])
    const refused = await stack
      .create({ name: 'Nothing to fill', template: 'empty', seed: [own(1)] })
      .catch((error: unknown) => error)
    expect(refused).to.include({ code: 'not_supported' })
  })
})
