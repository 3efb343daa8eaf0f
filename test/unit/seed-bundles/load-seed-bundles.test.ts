import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { checkParameters, loadSeedBundles } from '@edfi-tenants/seed-bundles'
import { expect } from 'chai'

const description = { title: 'Own', description: 'Of the operator.', parameters: { type: 'object' } }

describe('loadSeedBundles', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'bundles-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  /** Writes files of a bundle named `own`, besides a good `bundle.json` and one script. */
  function write(files: Record<string, string | null> = {}, name = 'own'): void {
    const all: Record<string, string | null> = {
      'bundle.json': JSON.stringify(description),
      'postgresql/10-only.sql': 'SELECT 1',
      ...files,
    }
    for (const [file, text] of Object.entries(all)) {
      if (text === null) continue
      mkdirSync(path.dirname(path.join(folder, name, file)), { recursive: true })
      writeFileSync(path.join(folder, name, file), text)
    }
  }

  const failure = (): Promise<string> =>
    loadSeedBundles(folder).then(
      () => expect.fail('loaded'),
      (error: unknown) => (error as Error).message,
    )

  it('has the built-in bundles for both engines, each with a query that verifies it', async () => {
    const bundles = await loadSeedBundles(undefined)
    expect([...bundles.keys()]).to.deep.equal(['descriptors', 'education-organizations', 'school-year'])
    for (const { manifest, scripts, verify } of bundles.values()) {
      expect(manifest.engines).to.deep.equal(['PostgreSql', 'SqlServer'])
      for (const engine of manifest.engines) {
        expect(scripts[engine], manifest.name).to.have.length.greaterThan(0)
        expect(verify[engine]?.sql, manifest.name).to.match(/^SELECT[^]*AS name[^]*AS ok[^]*AS detail/)
        // Run as one of several, it stands in a subquery.
        expect(verify[engine]?.sql.trim(), manifest.name).not.to.match(/;|^WITH/)
      }
      for (const { sql } of scripts.PostgreSql ?? []) expect(sql).not.to.match(/^\s*(BEGIN|COMMIT)\s*;/m)
      for (const { sql } of scripts.SqlServer ?? []) expect(sql).not.to.match(/^\s*(GO|COMMIT|BEGIN TRAN)/m)
    }
  })

  it('takes an operator’s own bundle beside them, its scripts in the order of their numbers', async () => {
    write({
      'postgresql/9-not.sql': null,
      'postgresql/100-last.sql': 'SELECT 100',
      'postgresql/20-next.sql': '\uFEFFSELECT 20',
      'postgresql/verify.sql': 'SELECT 1',
    })
    writeFileSync(path.join(folder, 'README.md'), 'What these are for.')
    mkdirSync(path.join(folder, '.git'))
    const bundles = await loadSeedBundles(folder)
    const own = bundles.get('own')
    expect(bundles.size).to.equal(4)
    expect(own?.manifest).to.deep.equal({
      name: 'own',
      title: 'Own',
      description: 'Of the operator.',
      parametersSchema: { type: 'object' },
      engines: ['PostgreSql'],
    })
    expect(own?.scripts).to.deep.equal({
      PostgreSql: [
        { name: 'own/postgresql/10-only.sql', sql: 'SELECT 1' },
        { name: 'own/postgresql/20-next.sql', sql: 'SELECT 20' },
        { name: 'own/postgresql/100-last.sql', sql: 'SELECT 100' },
      ],
    })
    expect(own?.verify).to.deep.equal({ PostgreSql: { name: 'own/postgresql/verify.sql', sql: 'SELECT 1' } })
  })

  it('does not let an own bundle take the place of a built-in one', async () => {
    write({}, 'school-year')
    expect(await failure())
      .to.contain('"school-year"')
      .and.contain('built-in')
  })

  it('fails by name where the folder is not there', async () => {
    rmSync(folder, { recursive: true })
    expect(await failure()).to.contain(folder)
  })

  const broken: Record<string, [files: Record<string, string | null>, reason: RegExp]> = {
    'no description': [{ 'bundle.json': null }, /bundle\.json/],
    'a description that is not JSON': [{ 'bundle.json': '{' }, /bundle\.json is not JSON/],
    'a list as description': [{ 'bundle.json': '[]' }, /not an object/],
    'no title': [{ 'bundle.json': JSON.stringify({ ...description, title: ' ' }) }, /title/],
    'an unknown key': [{ 'bundle.json': JSON.stringify({ ...description, paramters: {} }) }, /paramters is not known/],
    'no schema': [{ 'bundle.json': JSON.stringify({ ...description, parameters: undefined }) }, /parameters/],
    'a schema of something else than an object': [
      { 'bundle.json': JSON.stringify({ ...description, parameters: { type: 'array' } }) },
      /not a JSON Schema of an object/,
    ],
    'a schema that is none': [
      { 'bundle.json': JSON.stringify({ ...description, parameters: { type: 'object', required: 1 } }) },
      /not a valid JSON Schema/,
    ],
    'a schema that refers elsewhere': [
      {
        'bundle.json': JSON.stringify({
          ...description,
          parameters: { type: 'object', properties: { a: { $ref: 'https://schemas.example/a' } } },
        }),
      },
      /not a valid JSON Schema/,
    ],
    'no scripts at all': [{ 'postgresql/10-only.sql': null }, /no scripts for any engine/],
    'a folder without scripts': [{ 'sqlserver/verify.sql': 'SELECT 1' }, /sqlserver has no scripts/],
    'a script without a number': [{ 'postgresql/next.sql': 'SELECT 1' }, /postgresql\/next\.sql is neither/],
  }
  for (const [what, [files, reason]] of Object.entries(broken))
    it(`refuses to start with ${what}, by the bundle’s name`, async () => {
      write(files)
      expect(await failure())
        .to.contain('Seed bundle "own"')
        .and.match(reason)
    })

  it('refuses names that do not suit a URL', async () => {
    write({}, 'Own_Bundle')
    expect(await failure()).to.contain('Seed bundle "Own_Bundle"')
  })

  it('refuses text that is not UTF-8, which would reach the database as something else', async () => {
    write()
    writeFileSync(path.join(folder, 'own', 'postgresql', '20-latin.sql'), Buffer.from([0x27, 0xe4, 0x27]))
    expect(await failure()).to.contain('20-latin.sql is not UTF-8')
  })

  it('follows links within a bundle, as mounted configuration has them, and none out of it', async () => {
    write({ '..data/20-next.sql': 'SELECT 2' })
    symlinkSync('../..data/20-next.sql', path.join(folder, 'own', 'postgresql', '20-next.sql'))
    const bundles = await loadSeedBundles(folder)
    expect(bundles.get('own')?.scripts.PostgreSql?.map(({ sql }) => sql)).to.deep.equal(['SELECT 1', 'SELECT 2'])

    const secret = path.join(folder, '.secret.sql')
    writeFileSync(secret, 'SELECT 3')
    symlinkSync(secret, path.join(folder, 'own', 'postgresql', '30-out.sql'))
    expect(await failure()).to.contain('30-out.sql leads out of the bundle')
    rmSync(path.join(folder, 'own'), { recursive: true })
    write({}, '.elsewhere')
    symlinkSync('.elsewhere', path.join(folder, 'own'))
    expect(await failure()).to.contain('it is a symbolic link')
  })
})

describe('the parameters of the built-in bundles', () => {
  const faults = async (bundle: string, parameters: object): Promise<string[]> => {
    const found = (await loadSeedBundles(undefined)).get(bundle)
    if (!found) throw new Error(`There is no bundle ${bundle}.`)
    return checkParameters(found.manifest.parametersSchema, parameters, '/parameters').map(({ pointer }) => pointer)
  }

  it('are school years that an ODS can have', async () => {
    expect(await faults('school-year', { schoolYear: 1991 })).to.deep.equal([])
    expect(await faults('school-year', { schoolYear: 2100, description: '2099-2100' })).to.deep.equal([])
    for (const schoolYear of [1990, 2101, 2026.5, '2026', null])
      expect(await faults('school-year', { schoolYear })).to.deep.equal(['/parameters/schoolYear'])
    expect(await faults('school-year', { schoolYear: 2026, 'a/b': 1 })).to.deep.equal(['/parameters/a~1b'])
  })

  it('are organizations that fit their columns', async () => {
    const localEducationAgency = { id: 255901, name: 'n'.repeat(75) }
    expect(await faults('education-organizations', { localEducationAgency, schools: [] })).to.deep.equal([])
    expect(await faults('education-organizations', {})).to.deep.equal(['/parameters/localEducationAgency'])
    expect(
      await faults('education-organizations', {
        localEducationAgency: { id: 0, name: 'n'.repeat(76) },
        schools: [{ id: 2 ** 60, name: '' }],
      }),
    ).to.have.members([
      '/parameters/localEducationAgency/id',
      '/parameters/localEducationAgency/name',
      '/parameters/schools/0/id',
      '/parameters/schools/0/name',
    ])
  })

  it('are descriptors whose namespace names their kind', async () => {
    const of = (namespace: string) => faults('descriptors', { descriptors: [{ namespace, codeValue: 'x' }] })
    for (const namespace of ['uri://ed-fi.org/TermDescriptor', 'uri://a.example/b/GradeLevelDescriptor'])
      expect(await of(namespace)).to.deep.equal([])
    for (const namespace of [
      'http://ed-fi.org/TermDescriptor',
      'uri://ed-fi.org/Term',
      'uri://TermDescriptor',
      'uri://ed-fi.org/TermDescriptor#x',
      'uri://ed-fi.org/termDescriptor',
      'uri://ed-fi.org/TermDescriptor"; DROP',
    ])
      expect(await of(namespace), namespace).to.deep.equal(['/parameters/descriptors/0/namespace'])
  })
})
