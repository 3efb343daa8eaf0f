import { expect } from 'chai'
import { openEventStream } from '../../support/event-stream.js'
import { environmentBody, startApi, type ApiUnderTest } from './api-under-test.js'

describe('event streams that last', function () {
  this.timeout(120_000)
  let under: ApiUnderTest
  before(async () => {
    under = await startApi()
    await under.root.post('/v1/environments', environmentBody('default'))
    await under.root.post('/v1/tenants', { name: 'alpha' })
  })
  after(() => under.stop())

  it('are kept up by comments while nothing happens, and end within a minute when the client is removed', async () => {
    const client = await under.client({ scopes: ['read'], tenants: ['alpha'] })
    const stream = await openEventStream(`${under.url}/v1/tenants/alpha/events`, { token: client.token })
    const begun = Date.now()
    await stream.until(() => /^:\n\n/m.test(stream.raw()), 17_000)
    expect(Date.now() - begun).to.be.greaterThan(10_000)
    expect(stream.events).to.deep.equal([])
    const removed = Date.now()
    expect((await under.root.delete(`/v1/api-clients/${client.id}`)).status).to.equal(204)
    await stream.ended
    expect(Date.now() - removed).to.be.lessThan(60_000)
    expect(stream.events.map(({ data }) => data.reason)).to.deep.equal(['token_expired'])
  })
})
