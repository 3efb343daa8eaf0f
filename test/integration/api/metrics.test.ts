import { expect } from 'chai'
import { startApi, type ApiUnderTest } from './api-under-test.js'

describe('the metrics of the API', () => {
  let under: ApiUnderTest
  before(async function () {
    under = await startApi()
  })
  after(() => under.stop())

  it('are for clients of every tenant that may read, as they tell of all', async () => {
    expect((await under.send('GET', '/metrics')).status).to.equal(401)
    const bound = await under.client({ scopes: ['read'], tenants: ['alpha'] })
    expect((await bound.get('/metrics')).status).to.equal(404)
    const scraper = await under.client({ scopes: ['read'], tenants: ['*'] })
    const { status, headers, text } = await scraper.get('/metrics')
    expect([status, headers.get('content-type')]).to.deep.equal([200, 'text/plain; version=0.0.4; charset=utf-8'])
    expect(text).to.match(/^edfi_tenants_fleet_readable 1$/m)
    expect(text).to.match(/^edfi_tenants_oldest_waiting_job_age_seconds 0$/m)
    expect(text).to.match(/^edfi_tenants_process_cpu_seconds_total /m)
  })

  it('name requests by their route, so that neither ids nor made-up paths become labels', async () => {
    await under.root.get('/v1/jobs/0199aaaa-0000-7000-8000-000000000000')
    await under.send('GET', '/made-up-by-somebody')
    const { text } = await under.root.get('/metrics')
    expect(text).to.contain('_count{method="GET",route="/v1/jobs/{id}",status="4xx"} 1')
    expect(text).to.contain('_count{method="GET",route="other",status="4xx"} 1')
    expect(text).not.to.match(/0199aaaa|made-up/)
  })
})
