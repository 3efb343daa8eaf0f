import { checkHooks, faultsBy, hookRequest } from '@edfi-tenants/contract'
import { expect } from 'chai'

const faultsOf = (hook: object) => faultsBy(hookRequest, hook).map(({ pointer }) => pointer)
const secret = `whsec_${'a'.repeat(32)}`
const http = { url: 'https://a.example.org/x', secret }

describe('hooks of a request', () => {
  it('are either a call with its events, or a container', () => {
    expect(faultsOf({ name: 'a', events: ['afterStop'], http })).to.deep.equal([])
    expect(faultsOf({ name: 'a', container: { image: 'redis:8' } })).to.deep.equal([])
    for (const hook of [
      { name: 'a' },
      { name: 'a', http },
      { name: 'a', events: ['afterStop'], http, container: { image: 'x' } },
    ])
      expect(faultsOf(hook), JSON.stringify(hook)).not.to.deep.equal([])
  })

  it('name nothing of a machine: no mounts, no privileges, no network of the host', () => {
    for (const more of [
      { privileged: true },
      { binds: ['/:/host'] },
      { network: 'host' },
      { network: 'container:x' },
      { ports: [{ container: 80, host: 80 }] },
      { labels: { 'org.ed-fi.tenants.instance': 'x' } },
    ])
      expect(faultsOf({ name: 'a', container: { image: 'redis:8', ...more } }), JSON.stringify(more)).not.to.deep.equal(
        [],
      )
  })

  it('set no header that is ours', () => {
    const headers = { 'Webhook-Signature': 'x', HOST: 'x', 'content-length': '1', Authorization: 'mine' }
    expect(checkHooks({ hooks: [{ name: 'a', http: { headers } }] }).map(({ pointer }) => pointer)).to.deep.equal(
      ['Webhook-Signature', 'HOST', 'content-length'].map((name) => `/hooks/0/http/headers/${name}`),
    )
  })

  it('have names of their own, and name only what an instance has, its connection string only in the environment', () => {
    const environment = { A: '{{connectionString}} {{contexts.any}}', B: '{{nothing}}' }
    const faults = checkHooks({
      hooks: [
        { name: 'Same', container: { environment, command: ['{{connectionString}}'], labels: { l: '{{tenant}}' } } },
        { name: 'same' },
      ],
    })
    expect(faults.map(({ pointer }) => pointer)).to.deep.equal([
      '/hooks/0/container/environment/B',
      '/hooks/0/container/command/0',
      '/hooks/1/name',
    ])
  })
})
