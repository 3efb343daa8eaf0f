import { expect } from 'chai'
import { environmentBody, startApi, type ApiUnderTest } from './api-under-test.js'

describe('the dashboard', () => {
  let under: ApiUnderTest
  before(async function () {
    under = await startApi()
  })
  after(() => under.stop())

  const signIn = (id: string, secret: string, headers: Record<string, string> = {}) =>
    under.send('POST', '/dashboard/sign-in', {
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams({ client_id: id, client_secret: secret }).toString(),
    })

  async function session(id: string, secret: string): Promise<Record<string, string>> {
    const { headers } = await signIn(id, secret)
    return { cookie: headers.get('set-cookie')!.split(';')[0]! }
  }

  it('shows itself to nobody who has not signed in', async () => {
    for (const path of ['/dashboard', '/dashboard/', '/dashboard/queue/x']) {
      const { status, headers } = await under.send('GET', path)
      expect([path, status, headers.get('location')]).to.deep.equal([path, 303, '/dashboard/sign-in'])
    }
    expect((await under.send('GET', '/dashboard/api/queues')).status).to.equal(401)
    const withToken = {
      headers: { authorization: `Bearer ${under.root.token}`, cookie: `edfi_tenants_dashboard=${under.root.token}` },
    }
    expect((await under.send('GET', '/dashboard/api/queues', withToken)).status).to.equal(401)
  })

  it('lets in who manages jobs of every tenant, by a cookie that no script and no other site gets', async () => {
    const welcome = await signIn('root', under.root.secret)
    expect([welcome.status, welcome.headers.get('location')]).to.deep.equal([303, '/dashboard'])
    const cookie = welcome.headers.get('set-cookie')!
    expect(cookie).to.match(/HttpOnly/i)
    expect(cookie).to.match(/SameSite=Strict/i)
    expect(cookie).to.contain('Path=/dashboard')

    const headers = await session('root', under.root.secret)
    const page = await under.send('GET', '/dashboard', { headers })
    expect([page.status, page.text.includes('<div id="root">')]).to.deep.equal([200, true])
    expect((await under.send('GET', '/dashboard/api/queues', { headers })).status).to.equal(200)

    for (const rights of [
      { scopes: ['jobs:manage'], tenants: ['alpha'] },
      { scopes: ['read', 'audit:read'], tenants: ['*'] },
    ]) {
      const client = await under.client(rights)
      expect((await signIn(client.id, client.secret)).status).to.equal(401)
    }
    expect((await signIn('root', 'guess')).status).to.equal(401)
  })

  it('only shows: every way to change something is closed', async () => {
    const headers = await session('root', under.root.secret)
    for (const [method, path] of [
      ['PUT', '/dashboard/api/queues/default/pause'],
      ['PUT', '/dashboard/api/queues/default/retry/failed'],
      ['PUT', '/dashboard/api/queues/default/clean/completed'],
      ['PUT', '/dashboard/api/queues/default/obliterate'],
      ['POST', '/dashboard/api/queues/default/add'],
      ['PATCH', '/dashboard/api/queues/default/x/update-data'],
      ['DELETE', '/dashboard/api/queues/default/x'],
    ] as const) {
      const { status } = await under.send(method, path, { headers })
      expect([method, path, status]).to.deep.equal([method, path, 405])
    }
  })

  it('shows the queues that there are, all read-only, with files of its own', async () => {
    await under.api.parts.queue.ring([{ jobId: '00000000-0000-4000-8000-000000000001', ring: 1, route: 'shown' }])
    const headers = await session('root', under.root.secret)
    const board = await eventually(async () => {
      const { body } = await under.send('GET', '/dashboard/api/queues', { headers })
      return body.queues.some(({ name }) => name.includes('shown')) ? body : null
    })
    expect(board.queues.every(({ readOnlyMode }) => readOnlyMode)).to.equal(true)
    const page = (await under.send('GET', '/dashboard', { headers })).text
    for (const [, path] of page.matchAll(/(?:src|href)="(static\/[^"]+)"/g))
      expect([path, (await under.send('GET', `/dashboard/${path}`, { headers })).status]).to.deep.equal([path, 200])
  })

  it('gives its page a token with the rights of the session, for five minutes, and to this site only', async () => {
    const client = await under.client({ scopes: ['read', 'jobs:manage'], tenants: ['*'] })
    const headers = await session(client.id, client.secret)
    const given = await under.send('POST', '/dashboard/token', { headers })
    expect([given.status, given.headers.get('cache-control')]).to.deep.equal([200, 'no-store'])
    expect(given.body).to.include({ scope: 'read jobs:manage', expires_in: 300, client: client.id })
    const bearer = { headers: { authorization: `Bearer ${given.body.access_token}` } }
    expect((await under.send('GET', '/v1/jobs', bearer)).status).to.equal(200)
    expect((await under.send('GET', '/v1/audit-events', bearer)).status).to.equal(403)
    expect((await under.send('GET', '/dashboard/api/queues', bearer)).status, 'no session').to.equal(401)

    for (const from of [{ origin: 'https://evil.example.org' }, { 'sec-fetch-site': 'same-site' }])
      expect((await under.send('POST', '/dashboard/token', { headers: { ...headers, ...from } })).status).to.equal(403)
    expect((await under.send('GET', '/dashboard/token', { headers })).status).not.to.equal(200)
    expect((await under.send('POST', '/dashboard/token')).status).to.equal(401)
  })

  it('serves the operators’ page to those signed in, with nothing inline and nothing from elsewhere', async () => {
    const asked = await under.send('GET', '/dashboard/operations/')
    expect([asked.status, asked.headers.get('location')]).to.deep.equal([303, '/dashboard/sign-in?goal=operations'])
    const welcome = await under.send('POST', '/dashboard/sign-in', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ client_id: 'root', client_secret: under.root.secret, goal: 'operations' }).toString(),
    })
    expect(welcome.headers.get('location')).to.equal('/dashboard/operations/')
    const headers = { cookie: welcome.headers.get('set-cookie')!.split(';')[0]! }
    const page = await under.send('GET', '/dashboard/operations/', { headers })
    expect([page.status, page.headers.get('cache-control')]).to.deep.equal([200, 'no-store'])
    expect(page.headers.get('content-security-policy')).to.match(
      /^default-src 'none'; script-src 'self'; style-src 'self'/,
    )
    expect(page.text).not.to.match(/https?:|<script(?![^>]* src=)|<style| style=| on[a-z]+=/)
    for (const [, path = ''] of page.text.matchAll(/(?:src|href)="(\/dashboard\/operations\/[^"]+)"/g))
      expect([path, (await under.send('GET', path, { headers })).status]).to.deep.equal([path, 200])
    expect((await under.send('GET', '/dashboard/operations/main.js')).status, 'without a session').to.equal(303)
  })

  it('gives the sign-in form of the operators’ page its script, and the other form none', async () => {
    const [forPage, forQueues] = await Promise.all(
      ['?goal=operations', ''].map((goal) => under.send('GET', `/dashboard/sign-in${goal}`)),
    )
    expect(forPage!.text).to.contain('<script src="/dashboard/sign-in.js" defer></script>')
    expect(forQueues!.text).not.to.contain('<script')
    const script = await under.send('GET', '/dashboard/sign-in.js')
    expect([script.status, script.headers.get('cache-control')]).to.deep.equal([200, 'no-store'])
    expect(script.headers.get('content-type')).to.contain('javascript')
  })

  it('has no link to other sites’ fonts', async () => {
    const headers = await session('root', under.root.secret)
    expect((await under.send('GET', '/dashboard', { headers })).text).not.to.match(/<link[^>]*https:/)
  })

  it('takes no form that another site sends', async () => {
    for (const headers of [{ origin: 'https://evil.example.org' }, { 'sec-fetch-site': 'cross-site' }] as Record<
      string,
      string
    >[])
      expect((await signIn('root', under.root.secret, headers)).status).to.equal(403)
  })

  it('ends with its client', async () => {
    const client = await under.client({ scopes: ['jobs:manage'], tenants: ['*'] })
    const headers = await session(client.id, client.secret)
    expect((await under.send('GET', '/dashboard/api/queues', { headers })).status).to.equal(200)
    await under.root.delete(`/v1/api-clients/${client.id}`)
    expect((await under.send('GET', '/dashboard/api/queues', { headers })).status).to.equal(401)
  })

  it('is not there when it is switched off', async () => {
    const without = await startApi({ DASHBOARD: 'off' })
    try {
      expect((await without.send('GET', '/dashboard')).status).to.equal(404)
      for (const path of ['sign-in', 'sign-in.js', 'operations/', 'operations/main.js'].map(
        (each) => `/dashboard/${each}`,
      ))
        expect([path, (await without.send('GET', path)).status]).to.deep.equal([path, 404])
      expect((await without.send('POST', '/dashboard/token')).status).to.equal(404)
    } finally {
      await without.stop()
    }
  })

  it('leaves the rest of the API alone', async () => {
    expect((await under.root.post('/v1/environments', environmentBody('beside'))).status).to.equal(201)
  })
})

/** What `look` finds, as soon as it finds something; the board looks for new queues every few seconds. */
async function eventually<Found>(look: () => Promise<Found | null>): Promise<Found> {
  const until = Date.now() + 10_000
  for (;;) {
    const found = await look()
    if (found !== null) return found
    if (Date.now() > until) throw new Error('It did not come in ten seconds.')
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}
