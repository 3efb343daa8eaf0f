import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { createOdsApiClient, type OdsApiClient } from '@edfi-tenants/ods-api'
import { expect } from 'chai'
import { Redis } from 'ioredis'
import { redisOrSkip } from '../../support/redis.js'

const connection = (notifications: { url: string; channel: string } | null) => ({
  baseUrl: null,
  contextRouteTemplate: null,
  notifications,
  probe: null,
})
const call = () => ({ signal: new AbortController().signal })

describe('notifications of ODS/API over Redis', () => {
  let client: OdsApiClient
  let warnings: string[]
  let url: string
  const channel = `ed-fi-ods-api-${process.pid}`
  before(async function () {
    url = (await redisOrSkip(this)).url
  })
  beforeEach(() => {
    warnings = []
    client = createOdsApiClient({
      log: { warn: (message, fields) => warnings.push(`${message} ${JSON.stringify(fields)}`) },
    })
  })
  afterEach(() => client.close())

  it('publishes one message per cache in Ed-Fi’s form, and says how many nodes heard it', async () => {
    const heard: string[] = []
    const node = new Redis(url)
    try {
      node.on('message', (_, message: string) => heard.push(message))
      await node.subscribe(channel)
      const odsApi = client.open(connection({ url, channel }))
      expect(odsApi.isNotified).to.equal(true)
      const published = await odsApi.notify(['ods-instances', 'api-client-details'], call())
      expect(published).to.deep.equal({ published: true, subscribers: 1 })
      while (heard.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
      expect(heard).to.deep.equal([
        '{"type":"expire-cache","data":{"cacheType":"ods-instances"}}',
        '{"type":"expire-cache","data":{"cacheType":"api-client-details"}}',
      ])
    } finally {
      node.disconnect()
    }
  })

  it('counts no subscriber where nobody listens: published all the same', async () => {
    const published = await client.open(connection({ url, channel: `${channel}-unheard` })).notify(['security'], call())
    expect(published).to.deep.equal({ published: true, subscribers: 0 })
  })

  it('shares one connection, and opens another when Redis has closed it', async () => {
    const admin = new Redis(url)
    const mine = async () =>
      ((await admin.client('LIST')) as string).split('\n').filter((line) => line.includes('cmd=publish'))
    try {
      const before = (await mine()).length
      await Promise.all([1, 2, 3].map(() => client.open(connection({ url, channel })).notify(['security'], call())))
      const open = await mine()
      expect(open).to.have.length(before + 1)
      for (const line of open) await admin.client('KILL', 'ID', /^id=(\d+)/.exec(line)?.[1] ?? '')
      const published = await client.open(connection({ url, channel })).notify(['security'], call())
      expect(published).to.deep.include({ published: true })
    } finally {
      admin.disconnect()
    }
  })

  it('says that nothing is configured where no channel is on record', async () => {
    const odsApi = client.open(connection(null))
    expect(odsApi.isNotified).to.equal(false)
    expect(await odsApi.notify(['ods-instances'], call())).to.deep.equal({ published: false, reason: 'not_configured' })
  })

  it('never throws for a Redis that is away, refuses the password, or has no sensible address, and tells no password', async () => {
    const withPassword = new URL(url)
    withPassword.password = 'wrong-password'
    for (const bad of ['redis://127.0.0.1:1', withPassword.href, 'no url', 'redis://169.254.169.254:6379']) {
      const answer = await client.open(connection({ url: bad, channel })).notify(['ods-instances'], call())
      expect(answer, bad).to.deep.equal({ published: false, reason: 'unreachable' })
    }
    expect(warnings).to.have.length(4)
    expect(warnings.join()).to.not.contain('wrong-password')
    expect(warnings[3]).to.match(/link-local/)
  })

  describe('with a server that accepts and says nothing', () => {
    let silent: Server
    const sockets = new Set<Socket>()
    before((done) => {
      silent = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1', done)
    })
    after(() => {
      for (const socket of sockets) socket.destroy()
      silent.close()
    })
    const silentUrl = () => `redis://127.0.0.1:${(silent.address() as AddressInfo).port}`

    it('gives up within seconds', async function () {
      this.timeout(15_000)
      const begun = Date.now()
      const answer = await client.open(connection({ url: silentUrl(), channel })).notify(['ods-instances'], call())
      expect(answer).to.deep.equal({ published: false, reason: 'unreachable' })
      expect(Date.now() - begun).to.be.lessThan(6_000)
    })

    it('fails at once with the reason of a signal that is aborted', async () => {
      const controller = new AbortController()
      const reason = new Error('the step was stopped')
      const waiting = client.open(connection({ url: silentUrl(), channel })).notify(['ods-instances'], controller)
      setTimeout(() => controller.abort(reason), 50)
      const begun = Date.now()
      expect(await waiting.catch((error: unknown) => error)).to.equal(reason)
      expect(Date.now() - begun).to.be.lessThan(1_000)
    })
  })
})
