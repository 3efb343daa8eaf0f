import { isPlainHttpTarget, isWebhookTarget, parseTargetHosts, readApiConfig } from '@edfi-tenants/runtime'
import { expect } from 'chai'

const none = parseTargetHosts('')

describe('where webhooks may go', () => {
  it('is anywhere on the internet when nothing is listed, and nowhere inside', () => {
    expect(isWebhookTarget('hooks.example.org', '93.184.216.34', none)).to.equal(true)
    expect(isWebhookTarget('93.184.216.34', '93.184.216.34', none)).to.equal(true)
    for (const address of ['127.0.0.1', '10.0.0.1', '::1', '::ffff:192.168.0.1', 'fd00::1', '169.254.169.254'])
      expect(isWebhookTarget('hooks.example.org', address, none), address).to.equal(false)
    expect(isWebhookTarget('localhost', '93.184.216.34', none)).to.equal(false)
    expect(isPlainHttpTarget('hooks.example.org', '93.184.216.34', none)).to.equal(false)
  })

  it('is what is listed, by name or by the address that a name resolves to, and nothing else', () => {
    const listed = parseTargetHosts('hooks.corp, *.internal.example.org, 10.0.0.0/8, 127.0.0.1')
    for (const [host, address] of [
      ['hooks.corp', '192.168.1.1'],
      ['a.internal.example.org', '172.16.0.1'],
      ['anything.example.org', '10.9.8.7'],
      ['anything.example.org', '::ffff:10.9.8.7'],
      ['localhost', '127.0.0.1'],
    ] as const) {
      expect(isWebhookTarget(host, address, listed), host).to.equal(true)
      expect(isPlainHttpTarget(host, address, listed), host).to.equal(true)
    }
    expect(isWebhookTarget('hooks.example.org', '93.184.216.34', listed)).to.equal(false)
    expect(isWebhookTarget('localhost', '::1', listed)).to.equal(false)
  })

  it('is never a metadata service, listed or not', () => {
    const everything = parseTargetHosts('0.0.0.0/0, ::/0, *.internal')
    expect(isWebhookTarget('a.internal', '169.254.169.254', everything)).to.equal(false)
    expect(isWebhookTarget('metadata.google.internal', '10.0.0.1', everything)).to.equal(false)
  })

  it('is where connections may go at all, unless something else is listed', () => {
    const key = `k:${Buffer.alloc(32, 1).toString('base64')}`
    const env = {
      DATABASE_URL: 'postgres://x@h/d',
      QUEUE_URL: 'redis://h',
      ENCRYPTION_KEYS: key,
      TOKEN_SIGNING_KEYS: key,
      ALLOWED_TARGET_HOSTS: 'db.corp',
    }
    expect(readApiConfig(env).webhookTargets.patterns).to.deep.equal(['db.corp'])
    const own = readApiConfig({ ...env, WEBHOOK_ALLOWED_HOSTS: 'hooks.corp' })
    expect(own.webhookTargets.patterns).to.deep.equal(['hooks.corp'])
    expect(own.allowedTargets.patterns).to.deep.equal(['db.corp'])
  })
})
