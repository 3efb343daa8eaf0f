import { odsEndpoints } from '@edfi-tenants/ods-api'
import { expect } from 'chai'

const place = {
  baseUrl: 'https://ods.example.org/api/',
  multiTenant: true,
  adminTenant: 'district-1',
  contextRouteTemplate: '{schoolYearFromRoute:range(2000,2099)}/{instanceId}',
  contexts: { schoolYearFromRoute: '2026', instanceId: 'north & south' },
}

describe('the addresses of an instance in ODS/API', () => {
  it('have the tenant and then the contexts between the base and the resource', () => {
    const prefix = 'https://ods.example.org/api/district-1/2026/north%20%26%20south'
    expect(odsEndpoints(place)).to.include({
      oauth: `${prefix}/oauth/token`,
      dataManagementApi: `${prefix}/data/v3/`,
      openApiMetadata: `${prefix}/metadata/`,
      changeQueries: `${prefix}/changeQueries/v1/`,
    })
  })

  it('leave out the tenant in a single-tenant ODS/API, and the contexts where routes have none', () => {
    expect(odsEndpoints({ ...place, multiTenant: false, contextRouteTemplate: null })['oauth']).to.equal(
      'https://ods.example.org/api/oauth/token',
    )
  })

  it('keep the fixed parts of a template', () => {
    const contextRouteTemplate = 'years/{schoolYearFromRoute}'
    const contexts = { schoolYearFromRoute: '2026' }
    expect(odsEndpoints({ ...place, contextRouteTemplate, contexts })['oauth']).to.equal(
      'https://ods.example.org/api/district-1/years/2026/oauth/token',
    )
  })

  it('are none where no ODS/API is on record, or no route leads to the contexts', () => {
    expect(odsEndpoints({ ...place, baseUrl: null })).to.deep.equal({})
    expect(odsEndpoints({ ...place, contexts: { schoolYearFromRoute: '2026' } })).to.deep.equal({})
  })
})
