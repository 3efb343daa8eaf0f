import { operations } from '@edfi-tenants/contract'
import { expect } from 'chai'
import { pointers, read } from './request.js'

const { createEnvironment, updateEnvironment, createTenant, updateTenant, createApiClient } = operations
const adminApi = {
  url: 'https://ods.example.org/adminapi',
  clientId: 'a',
  clientSecret: 'b',
  mode: 'auto',
  multiTenant: false,
}
const environment = { name: 'default', engine: 'PostgreSql', adminApi }
const odsApi = { baseUrl: 'http://localhost:8001' }

describe('the environment request', () => {
  for (const [title, change] of Object.entries({
    'as short as can be': {},
    'with an ODS/API': {
      odsApi: {
        ...odsApi,
        contextRouteTemplate: '{schoolYearFromRoute:range(1900,2100)}',
        encryptionKey: Buffer.alloc(32, 7).toString('base64'),
        notifications: { url: 'redis://:password@localhost:6379', channel: 'ed-fi-ods-api' },
        probe: { clientId: 'a', clientSecret: 'b' },
      },
      dataStandard: '5.2.0',
    },
  }))
    it(`is taken ${title}`, () => {
      const body = { ...environment, ...change }
      expect(read(createEnvironment, { body }).body).to.deep.equal(body)
    })

  for (const [title, change, pointer] of [
    ['an engine in other letters', { engine: 'postgresql' }, '/engine'],
    ['a file address', { adminApi: { ...adminApi, url: 'file:///etc/passwd' } }, '/adminApi/url'],
    ['a login in the address', { adminApi: { ...adminApi, url: 'http://a:b@host/' } }, '/adminApi/url'],
    ['the version in the address', { adminApi: { ...adminApi, url: 'https://host/adminapi/v2' } }, '/adminApi/url'],
    ['the version and a slash', { adminApi: { ...adminApi, url: 'https://host/V3/' } }, '/adminApi/url'],
    ['no secret', { adminApi: { ...adminApi, clientSecret: undefined } }, '/adminApi/clientSecret'],
    ['a mode that there is not', { adminApi: { ...adminApi, mode: 'v1' } }, '/adminApi/mode'],
    ['a timeout in words', { adminApi: { ...adminApi, timeoutMs: '30000' } }, '/adminApi/timeoutMs'],
    ['a key that is too short', { odsApi: { ...odsApi, encryptionKey: 'YWJj' } }, '/odsApi/encryptionKey'],
    [
      'notifications over http',
      { odsApi: { ...odsApi, notifications: { url: 'http://x', channel: 'c' } } },
      '/odsApi/notifications/url',
    ],
    ['an ODS/API without address', { odsApi: {} }, '/odsApi/baseUrl'],
  ] as const)
    it(`is refused with ${title}`, () =>
      expect(
        pointers(createEnvironment, { body: JSON.parse(JSON.stringify({ ...environment, ...change })) }),
      ).to.deep.equal([pointer]))

  it('may be changed field by field, but not to nothing', () => {
    const params = { name: 'default' }
    expect(read(updateEnvironment, { params, body: { odsApi: null, dataStandard: null } }).body.odsApi).to.equal(null)
    expect(pointers(updateEnvironment, { params, body: { adminApi: {} } })).to.deep.equal(['/adminApi'])
    expect(pointers(updateEnvironment, { params, body: { adminApi: { url: 'https://host/v2' } } })).to.deep.equal([
      '/adminApi/url',
    ])
    expect(pointers(updateEnvironment, { params, body: { engine: 'SqlServer' } })).to.deep.equal(['/engine'])
  })
})

describe('the tenant request', () => {
  it('is taken with all that it may have', () => {
    const body = {
      name: 'Tenant-1',
      displayName: 'One',
      environment: 'default',
      adminTenant: 'tenant1',
      defaults: { server: 's', template: 'populated', instanceType: 'ods' },
      databaseNamePattern: 'Ods_{tenant}_{name}',
      maxInstances: 5,
    }
    expect(read(createTenant, { body }).body).to.deep.equal(body)
  })

  for (const [title, body, pointer] of [
    ['no name', {}, '/name'],
    ['a name with a dot', { name: 'a.b' }, '/name'],
    ['a pattern that gives every instance one name', { name: 'a', databaseNamePattern: 'Ods' }, '/databaseNamePattern'],
    ['a pattern with another placeholder', { name: 'a', databaseNamePattern: '{name}{x}' }, '/databaseNamePattern'],
    ['an unknown default', { name: 'a', defaults: { contexts: {} } }, '/defaults/contexts'],
    ['a negative limit', { name: 'a', maxInstances: -1 }, '/maxInstances'],
  ] as const)
    it(`is refused with ${title}`, () => expect(pointers(createTenant, { body })).to.deep.equal([pointer]))

  it('never changes name, environment or Admin API tenant later', () =>
    expect(
      pointers(updateTenant, { params: { name: 'a' }, body: { name: 'b', environment: 'c', adminTenant: 'd' } }),
    ).to.deep.equal(['/adminTenant', '/environment', '/name']))
})

describe('the API client request', () => {
  const client = { name: 'Portal', scopes: ['read'], tenants: ['*'] }

  it('is taken with every tenant or with names', () => {
    for (const tenants of [['*'], ['a', 'b']])
      expect(read(createApiClient, { body: { ...client, tenants } })).to.be.an('object')
  })

  for (const [title, change, pointer] of [
    ['no scope', { scopes: [] }, '/scopes'],
    ['a scope that there is not', { scopes: ['write'] }, '/scopes/0'],
    ['a scope twice', { scopes: ['read', 'read'] }, '/scopes'],
    ['no tenant', { tenants: [] }, '/tenants'],
    ['every tenant and a name', { tenants: ['*', 'a'] }, '/tenants'],
    ['a pattern of tenants', { tenants: ['a*'] }, '/tenants/0'],
    ['a secret of its own choice', { clientSecret: 'x' }, '/clientSecret'],
  ] as const)
    it(`is refused with ${title}`, () =>
      expect(pointers(createApiClient, { body: { ...client, ...change } })).to.deep.equal([pointer]))
})
