import type { Placement } from '@edfi-tenants/store'
import { expect } from 'chai'
import { planCreation } from '../../../packages/jobs/src/requests/plan-creation.js'

const server = {
  id: 'server-1',
  name: 'main',
  engine: 'postgresql',
  databaseEngine: 'PostgreSql' as const,
  templates: { minimal: 'ods_minimal' },
  workerPool: 'default',
  maxInstances: null,
  instances: 0,
}
const placement: Placement = {
  tenant: 'alpha',
  adminTenant: '',
  environmentId: 'environment-1',
  environment: 'default',
  databaseEngine: 'PostgreSql',
  odsRoute: { baseUrl: null, contextRouteTemplate: '{schoolYearFromRoute}', multiTenant: false },
  defaultServer: null,
  defaultTemplate: null,
  defaultInstanceType: null,
  databaseNamePattern: null,
  maxInstances: null,
  instances: 0,
  servers: [server],
}
const contexts = { schoolYearFromRoute: '2026' }

describe('planning a new instance', () => {
  const plan = (body: object, here: Placement | null = placement) =>
    planCreation(
      { tenant: 'Alpha', name: 'New', contexts, ...body },
      { placement: here, seedBundles: [], reservedDatabaseNames: ['edfi_tenants'] },
    )
  const codes = (planned: ReturnType<typeof plan>) =>
    'failures' in planned ? planned.failures.map(({ code }) => code) : []

  it('decides server, template, type and database name, and hashes the request as it was asked', () => {
    const planned = plan({})
    if (!('plan' in planned)) throw planned.failures[0]
    expect(planned.plan).to.include({ template: 'minimal', instanceType: 'ods', databaseName: 'EdFi_Ods_alpha_New' })
    expect(planned.plan.server.name).to.equal('main')
    const same = plan({ tenant: 'alpha', displayName: undefined })
    expect('plan' in same && same.plan.parametersHash).to.equal(planned.plan.parametersHash)
    const other = plan({ template: 'minimal' })
    expect('plan' in other && other.plan.parametersHash, 'asked in words').not.to.equal(planned.plan.parametersHash)
  })

  it('finds everything that is wrong, not only the first', () => {
    expect(
      codes(
        plan({
          contexts: {},
          expiresAt: '2001-01-01T00:00:00Z',
          template: 'missing',
          seed: [{ bundle: 'none' }],
          databaseName: 'EdFi_Tenants',
        }),
      ),
    ).to.deep.equal([
      'contexts_required',
      'validation_failed',
      'unknown_template',
      'unknown_seed_bundle',
      'validation_failed',
    ])
    expect(codes(plan({ server: 'nowhere', expiresAt: '2001-01-01T00:00:00Z' }))).to.deep.equal([
      'validation_failed',
      'unknown_server',
    ])
  })

  it('says nothing else of a tenant that there is not', () => {
    expect(codes(plan({ server: 'nowhere' }, null))).to.deep.equal(['unknown_tenant'])
  })
})
