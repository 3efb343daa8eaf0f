import type { SeedBundle } from '@edfi-tenants/seed-bundles'
import { expect } from 'chai'
import { joinSeeds } from '../../../packages/jobs/src/seeds/join-seeds.js'

const bundle = (name: string, verify?: string): SeedBundle => ({
  manifest: {
    name,
    title: name,
    description: name,
    engines: ['PostgreSql'],
    parametersSchema: { type: 'object', properties: { a: { type: 'integer' } } },
  },
  scripts: { PostgreSql: [{ name: `${name}/1`, sql: `-- ${name}` }] },
  verify: verify === undefined ? {} : { PostgreSql: { name: `${name}/verify`, sql: verify } },
})

const bundles = new Map(
  [bundle('one', 'SELECT 1; \n'), bundle('two', 'SELECT 2 -- the end'), bundle('three')].map((each) => [
    each.manifest.name,
    each,
  ]),
)

const failure = (...seeds: Parameters<typeof joinSeeds>[0]) => {
  try {
    return joinSeeds(seeds, bundles, 'PostgreSql')
  } catch (error) {
    return error
  }
}

describe('the seeds of a job', () => {
  it('become one run, in the order asked for, with the parameters of each under its name', () => {
    const run = joinSeeds(
      [
        { bundle: 'two', parameters: { a: 2 } },
        { bundle: 'three', parameters: {} },
        { bundle: 'one', parameters: { a: 1 } },
      ],
      bundles,
      'PostgreSql',
    )
    expect(run.scripts.map(({ name }) => name)).to.deep.equal(['two/1', 'three/1', 'one/1'])
    expect(run.parameters).to.deep.equal({ two: { a: 2 }, three: {}, one: { a: 1 } })
    expect(run.verify).to.deep.equal({
      name: 'two/verify + one/verify',
      sql: [
        'SELECT name, ok, detail FROM (\nSELECT 2 -- the end\n) AS verify_1',
        'UNION ALL',
        'SELECT name, ok, detail FROM (\nSELECT 1\n) AS verify_2',
      ].join('\n'),
    })
  })

  it('leave a single query as its author wrote it, and none where there is none', () => {
    const one = joinSeeds([{ bundle: 'one', parameters: {} }], bundles, 'PostgreSql')
    expect(one.verify).to.deep.equal({ name: 'one/verify', sql: 'SELECT 1; \n' })
    expect(joinSeeds([{ bundle: 'three', parameters: {} }], bundles, 'PostgreSql')).not.to.have.property('verify')
  })

  it('wait for a worker that has the bundle', () => {
    expect(failure({ bundle: 'four', parameters: {} })).to.include({ code: 'unknown_seed_bundle', retryable: true })
  })

  it('are checked against this worker’s version of the bundle, which may be another than the published one', () => {
    const refused = failure({ bundle: 'three', parameters: {} }, { bundle: 'one', parameters: { a: 'x' } })
    expect(refused).to.include({ code: 'validation_failed', retryable: false })
    expect((refused as { errors: object[] }).errors).to.deep.equal([
      { pointer: '/seed/1/parameters/a', detail: 'must be integer' },
    ])
  })

  it('fail where a bundle has no scripts for the engine', () => {
    expect(() => joinSeeds([{ bundle: 'one', parameters: {} }], bundles, 'SqlServer')).to.throw(/no scripts for SqlS/)
  })
})
