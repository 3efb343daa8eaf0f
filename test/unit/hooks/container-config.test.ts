import type { ContainerHookSettings } from '@edfi-tenants/core'
import { expect } from 'chai'
import { containerConfig } from '../../../packages/hooks/src/containers/container-config.js'
import { createPatterns } from '../../../packages/hooks/src/containers/patterns.js'
import type { HookCall } from '../../../packages/hooks/src/hook-call.js'

const settings: ContainerHookSettings = {
  engine: 'default',
  image: 'redis:8',
  environment: { NAME: '{{ instance.name }}/{{contexts.schoolYearFromRoute}}' },
  secretNames: [],
  ports: [{ container: 80 }, { container: 53, host: 5353, protocol: 'udp' }],
  network: null,
  command: null,
  labels: {},
  restart: 'no',
  pull: 'missing',
  healthTimeoutMs: 1000,
}
const call = (change: Partial<HookCall> = {}): HookCall => ({
  id: 'hook_1',
  event: 'afterRegister',
  action: 'run',
  timestamp: '2026-08-01T12:00:00.000Z',
  hook: { name: 'Side', events: ['afterRegister'], required: true, retryForSeconds: null, container: settings },
  secrets: { environment: { ODS: '{{connectionString}}' } },
  data: {},
  instance: { id: 'i-1', number: 7, isStopped: false },
  values: { 'instance.name': 'One', 'contexts.schoolYearFromRoute': '2027', odsInstanceId: null },
  connectionString: () => 'host=db;password=hush',
  state: null,
  signal: new AbortController().signal,
  ...change,
})
const options = { installationId: 'here', portsAddress: '127.0.0.1' }
const labelOf = (change?: Partial<HookCall>, more?: Partial<ContainerHookSettings>) =>
  containerConfig(call(change), { ...settings, ...more }, options).Labels['org.ed-fi.tenants.config']

describe('what a container hook makes', () => {
  it('has the instance’s values in its environment, and ports on the operator’s address', () => {
    const { Env, HostConfig } = containerConfig(call(), settings, options)
    expect(Env).to.deep.equal(['NAME=One/2027', 'ODS=host=db;password=hush'])
    expect(HostConfig?.PortBindings).to.deep.equal({
      '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }],
      '53/udp': [{ HostIp: '127.0.0.1', HostPort: '5353' }],
    })
  })

  it('has neither privileges nor anything of the machine', () => {
    const { HostConfig } = containerConfig(call(), settings, options)
    expect(HostConfig).to.include({ Privileged: false, NetworkMode: 'bridge' })
    expect(HostConfig).not.to.have.any.keys('Binds', 'Mounts', 'CapAdd', 'Devices', 'PidMode', 'IpcMode')
  })

  it('shows the connection string in no command and no label, also where a record asks for it', () => {
    for (const more of [{ command: ['x', '{{connectionString}}'] }, { labels: { x: '{{connectionString}}' } }])
      expect(() => containerConfig(call(), { ...settings, ...more }, options)).to.throw(/no value for/)
  })

  it('is refused where the instance has no such value, instead of having an empty one', () => {
    const environment = { ID: '{{odsInstanceId}}' }
    expect(() => containerConfig(call(), { ...settings, environment }, options)).to.throw('{{odsInstanceId}}')
  })

  it('is another one when a value, a secret or the image is another', () => {
    const labels = [
      labelOf(),
      labelOf({ values: { ...call().values, 'instance.name': 'Two' } }),
      labelOf({ connectionString: () => 'host=elsewhere' }),
      labelOf({}, { image: 'redis:9' }),
    ]
    expect(new Set(labels).size).to.equal(labels.length)
    expect(labelOf()).to.equal(labels[0])
    expect(containerConfig(call(), settings, options).Labels).not.to.match(/hush/)
  })
})

describe('patterns of images', () => {
  it('must fit as a whole, with nothing but * being special', () => {
    const fits = createPatterns(['redis:8', 'edfialliance/*:7.*'])
    expect(['redis:8', 'edfialliance/ods-api:7.3'].every(fits)).to.equal(true)
    expect(['redis:88', 'x/redis:8', 'edfialliance/ods-api:713', 'evil/edfialliance/a:7.1', ''].some(fits)).to.equal(
      false,
    )
    expect(createPatterns([])('redis:8')).to.equal(false)
  })
})
