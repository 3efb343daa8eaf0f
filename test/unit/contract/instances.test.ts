import { instanceNamePattern } from '@edfi-tenants/core'
import { checkInstanceRequest, operations } from '@edfi-tenants/contract'
import { expect } from 'chai'
import { pointers, read, refusal } from './request.js'

const { createInstance, updateInstance, listInstances } = operations
const short = { tenant: 'district-1', name: 'Grand Bend 2026' }
const id = '6f0b6a3c-7f0e-4c7e-9d55-0c1f3a1b2c3d'

describe('the instance request', () => {
  for (const [title, body] of Object.entries({
    'as short as can be': short,
    'with every field': {
      ...short,
      displayName: 'Grand Bend, 2026–27 ✓',
      instanceType: 'SchoolYear',
      server: 'postgres-01',
      template: 'populated',
      contexts: { schoolYearFromRoute: '2026' },
      labels: { district: '255901', note: '' },
      databaseName: 'Ods_255901_2026',
      deletionProtection: true,
      onFailure: 'keep',
    },
    'with a name of one character': { ...short, name: '7' },
    'with a name of 100 characters': { ...short, name: 'x'.repeat(100), databaseName: 'd' },
    'with 20 contexts': {
      ...short,
      contexts: Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`k${i}`, 'v'.repeat(50)])),
    },
  }))
    it(`is taken ${title}`, () => expect(read(createInstance, { body }).body).to.deep.equal(body))

  const bad: [title: string, change: Record<string, unknown>, pointer: string, detail: RegExp][] = [
    ['an empty name', { name: '' }, '/name', /^must not be empty$/],
    ['a name that begins with a space', { name: ' x' }, '/name', /begin or end with a space/],
    ['a name that ends with a space', { name: 'x ' }, '/name', /begin or end with a space/],
    ['a name of spaces', { name: '   ' }, '/name', /start with a letter or digit/],
    ['a name with a slash', { name: 'a/b' }, '/name', /only letters, digits/],
    ['a name with a line break at its end', { name: 'a\n' }, '/name', /only letters, digits/],
    ['a name of 101 characters', { name: 'x'.repeat(101) }, '/name', /at most 100 characters/],
    ['a number for a name', { name: 7 }, '/name', /must be a string/],
    ['a tenant with an underscore', { tenant: 'a_b' }, '/tenant', /letters, digits and hyphens/],
    ['a tenant of 51 characters', { tenant: 'a'.repeat(51) }, '/tenant', /1 to 50/],
    ['a database name that starts with a digit', { databaseName: '1a' }, '/databaseName', /the first a letter/],
    ['a database name of 64 characters', { databaseName: 'a'.repeat(64) }, '/databaseName', /1 to 63/],
    ['a reserved database name', { databaseName: 'POSTGRES' }, '/databaseName', /reserved/],
    ['a working name of ours', { databaseName: 'tm_1' }, '/databaseName', /reserved/],
    ['a null database name', { databaseName: null }, '/databaseName', /must be a string/],
    ['a context value of 51 characters', { contexts: { a: 'v'.repeat(51) } }, '/contexts/a', /at most 50/],
    ['a number as context value', { contexts: { year: 2026 } }, '/contexts/year', /must be a string/],
    [
      'a context key of 51 characters',
      { contexts: { ['k'.repeat(51)]: 'v' } },
      `/contexts/${'k'.repeat(51)}`,
      /^the key/,
    ],
    ['a context key with a tab', { contexts: { 'a\tb': 'v' } }, '/contexts/a\tb', /the key must not contain control/],
    ['an empty context key', { contexts: { '': 'v' } }, '/contexts/', /the key must not be empty/],
    ['context keys that differ in case only', { contexts: { Year: '1', year: '2' } }, '/contexts/year', /only in case/],
    [
      '21 contexts',
      { contexts: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`k${i}`, 'v'])) },
      '/contexts',
      /at most 20/,
    ],
    ['a label value of 256 characters', { labels: { a: 'v'.repeat(256) } }, '/labels/a', /at most 255/],
    ['a control character in a label', { labels: { a: 'x\u0007' } }, '/labels/a', /control characters/],
    ['half a surrogate pair', { displayName: '\ud800' }, '/displayName', /broken Unicode/],
    ['a word for protection', { deletionProtection: 'true' }, '/deletionProtection', /true or false/],
    ['another word for failure', { onFailure: 'drop' }, '/onFailure', /one of undo, keep/],
    ['a seed without bundles', { seed: [] }, '/seed', /at least 1 item/],
    ['a seed of 11 bundles', { seed: Array(11).fill({ bundle: 'x' }) }, '/seed', /at most 10 items/],
    ['a seed without a bundle', { seed: [{ parameters: {} }] }, '/seed/0/bundle', /is required/],
    ['applications without one', { applications: [] }, '/applications', /at least 1 item/],
    ['an end in another time zone', { expiresAt: '2026-08-01T00:00:00+02:00' }, '/expiresAt', /in UTC/],
    ['a name in another spelling', { database_name: 'x' }, '/database_name', /did you mean databaseName\?/],
  ]
  for (const [title, change, pointer, detail] of bad)
    it(`is refused with ${title}, at its place and for one reason`, () => {
      const { code, errors } = refusal(createInstance, { body: { ...short, ...change } })
      expect(code).to.equal('validation_failed')
      expect(errors.map((fault) => fault.pointer)).to.deep.equal([pointer])
      expect(errors[0]?.detail).to.match(detail)
    })

  it('lists the faults of query, headers and body all at once, each once and in a stable order', () => {
    const raw = {
      search: 'validateOnly=yes&validateonly=true',
      headers: { 'idempotency-key': 'has a space' },
      body: { onFailure: 1, databaseName: 'template1', contexts: { b: 1, a: '' }, labels: [], extra: true },
    }
    const expected = [
      '?validateonly',
      '?validateOnly',
      '/contexts/a',
      '/contexts/b',
      '/databaseName',
      '/extra',
      '/labels',
      '/name',
      '/onFailure',
      '/onFailure',
      '/tenant',
      'header:Idempotency-Key',
    ]
    expect(pointers(createInstance, raw)).to.have.members(expected)
    const reversed = { ...raw, body: Object.fromEntries(Object.entries(raw.body).reverse()) }
    expect(pointers(createInstance, reversed)).to.deep.equal(pointers(createInstance, raw))
  })

  it('takes keys that JavaScript gives a meaning for what they are', () => {
    const contexts = JSON.parse('{"__proto__":"a","constructor":"b","toString":"c"}') as unknown
    const { body } = read(createInstance, { body: { ...short, contexts } })
    expect(Object.keys(body.contexts ?? {})).to.deep.equal(['__proto__', 'constructor', 'toString'])
    const unknown = JSON.parse('{"tenant":"a","name":"b","__proto__":{"x":1},"constructor":1}') as unknown
    expect(pointers(createInstance, { body: unknown })).to.have.members(['/__proto__', '/constructor'])
    expect(pointers(createInstance, { body: { tenant: 'a' } })).to.deep.equal(['/name'])
  })

  it('follows core in what a name may contain, except for a space at its end', () => {
    const core = new RegExp(instanceNamePattern)
    for (const name of ['a', 'a b', 'a.', 'a-', '(a)', '_a', '-a', 'é', 'a (1) - b_c.d', '0', 'a,b', 'a\tb']) {
      const errors = core.test(name) ? [] : ['/name']
      const found = (() => {
        try {
          read(createInstance, { body: { ...short, name } })
          return []
        } catch {
          return ['/name']
        }
      })()
      expect(found, name).to.deep.equal(errors)
    }
  })

  it('asks for a database name when the default one would be reserved', () => {
    const faults = checkInstanceRequest({ tenant: 'district-1', name: 'My Template' })
    expect(faults).to.have.length(1)
    expect(faults[0]?.detail).to.match(/EdFi_Ods_district_1_My_Template, is a reserved/)
    expect(
      checkInstanceRequest({ tenant: 't', name: 'My Template' }, { databaseNamePattern: 'Db_{name}' }),
    ).to.deep.equal([])
  })

  it('refuses the further names that a server reserves', () =>
    expect(
      checkInstanceRequest({ ...short, databaseName: 'Golden' }, { reservedDatabaseNames: ['golden'] })[0]?.pointer,
    ).to.equal('/databaseName'))

  for (const body of [undefined, null, [], 'text', 7])
    it(`is refused when the body is ${JSON.stringify(body)}`, () =>
      expect(pointers(createInstance, { body })).to.deep.equal(['']))

  it('is refused, without exhausting the stack, when it is nested without end', () => {
    let labels: unknown = 'x'
    for (let depth = 0; depth < 100_000; depth++) labels = [labels]
    expect(refusal(createInstance, { body: { ...short, labels } }).errors[0]?.detail).to.match(/nested deeper/)
  })

  it('fills in validateOnly, so that handlers see true or false', () => {
    const asked: boolean = read(createInstance, { body: short, search: 'validateOnly=true' }).query.validateOnly
    expect([asked, read(createInstance, { body: short }).query.validateOnly]).to.deep.equal([true, false])
  })
})

describe('the change of an instance', () => {
  it('may name any of its fields, and clear the display name', () =>
    expect(read(updateInstance, { params: { id }, body: { displayName: null } }).body.displayName).to.equal(null))

  for (const [title, body] of Object.entries({
    'no field': {},
    'the name, which never changes this way': { name: 'x' },
    'an end that is no time': { expiresAt: 'tomorrow' },
    'null labels': { labels: null },
    'contexts that differ in case only': { contexts: { a: '1', A: '2' } },
  }))
    it(`is refused with ${title}`, () => expect(pointers(updateInstance, { params: { id }, body })).to.have.length(1))

  it('answers not found when the id cannot be one', () =>
    expect(refusal(updateInstance, { params: { id: '42' }, body: {} })).to.deep.equal({
      code: 'not_found',
      errors: [],
    }))
})

describe('the query of the instance list', () => {
  it('is parsed by declared rules, with maps for contexts and labels', () => {
    const search =
      'tenant=a&status=active&server=s&health=unknown&name=My%20Name&databaseName=d&odsInstanceId=17&origin=created' +
      '&include=health&context.schoolYearFromRoute=2026&label.stage=a%26b&label.a.b=&label.__proto__=x&limit=200&cursor=WzQyXQ'
    const { query } = read(listInstances, { search })
    expect(query.odsInstanceId).to.equal(17)
    expect(query.limit).to.equal(200)
    expect(query.name).to.equal('My Name')
    expect(query.context).to.deep.equal({ schoolYearFromRoute: '2026' })
    expect(Object.entries(query.label ?? {})).to.deep.equal([
      ['stage', 'a&b'],
      ['a.b', ''],
      ['__proto__', 'x'],
    ])
  })

  it('has fifty items a page unless it says otherwise', () =>
    expect(read(listInstances, {}).query).to.deep.equal({ limit: 50 }))

  for (const [search, pointer] of [
    ['limit=0', '?limit'],
    ['limit=201', '?limit'],
    ['limit=1.5', '?limit'],
    ['limit=', '?limit'],
    ['limit=1e1', '?limit'],
    ['limit=5&limit=5', '?limit'],
    ['cursor=%2B', '?cursor'],
    ['status=Active', '?status'],
    ['tenant=', '?tenant'],
    ['health=good', '?health'],
    ['odsInstanceId=x', '?odsInstanceId'],
    ['odsInstanceId=99999999999', '?odsInstanceId'],
    ['origin=copied', '?origin'],
    ['include=everything', '?include'],
    ['context=2026', '?context'],
    ['context.=2026', '?context.'],
    ['context.a=', '?context.a'],
    ['label.a%2Fb=%00', '?label.a/b'],
    ['Tenant=a', '?Tenant'],
    ['__proto__=a', '?__proto__'],
    ['constructor=a', '?constructor'],
    ['constructor.name=a', '?constructor.name'],
    ['tenant.x=a', '?tenant.x'],
    ['name=a%0Ab', '?name'],
  ] as const)
    it(`is refused as ?${search}`, () => expect(pointers(listInstances, { search })).to.deep.equal([pointer]))
})
