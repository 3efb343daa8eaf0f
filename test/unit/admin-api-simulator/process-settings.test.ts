import { expect } from 'chai'
import { parseEnvironment } from '../../../apps/admin-api-simulator/src/process-settings.js'

describe('simulator settings from the environment', () => {
  it('sets only what is given', () => {
    expect(parseEnvironment({ PATH: '/bin', SIMULATOR_HOST: '' })).to.deep.equal({})
  })

  it('reads numbers, flags, words, lists and clients', () => {
    const options = parseEnvironment({
      SIMULATOR_PORT: '8080',
      SIMULATOR_ENGINE: 'sqlserver',
      SIMULATOR_MULTI_TENANT: 'True',
      SIMULATOR_TENANTS: ' a, b,,',
      SIMULATOR_CLIENTS: 'one:s:1 two:s2',
    })
    expect(options).to.deep.equal({
      port: 8080,
      engine: 'SqlServer',
      multiTenant: true,
      tenants: ['a', 'b'],
      clients: [
        { clientId: 'one', clientSecret: 's:1' },
        { clientId: 'two', clientSecret: 's2' },
      ],
    })
  })

  it('names every fault at once, also a misspelt variable', () => {
    const parse = (): unknown =>
      parseEnvironment({ SIMULATOR_PORT: 'x', SIMULATOR_MODE: 'v9', SIMULATOR_ENGIN: 'SqlServer' })
    expect(parse).to.throw(/SIMULATOR_ENGIN is not a setting[\s\S]*SIMULATOR_PORT: x is not[\s\S]*SIMULATOR_MODE: v9/)
  })
})
