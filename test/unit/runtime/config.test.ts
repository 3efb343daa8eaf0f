import { ConfigurationError, readApiConfig, readMigrateConfig, readWorkerConfig } from '@edfi-tenants/runtime'
import { expect } from 'chai'

const key = (length: number, fill = 7) => Buffer.alloc(length, fill).toString('base64')
const least = {
  DATABASE_URL: 'postgres://app:hunter2@db/control',
  QUEUE_URL: 'redis://queue:6379',
  ENCRYPTION_KEYS: `k1:${key(32)}`,
  TOKEN_SIGNING_KEYS: `s1:${key(32)}`,
}

function faultsOf(read: () => unknown): readonly string[] {
  try {
    read()
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults
    throw error
  }
  return []
}

describe('The configuration', () => {
  it('needs only the URLs and the keys, and has the documented defaults', () => {
    const api = readApiConfig(least)
    expect(api).to.deep.include({
      host: '0.0.0.0',
      port: 3000,
      batchMaxItems: 5000,
      dashboard: true,
      allowDelete: true,
      tokenLifetimeSeconds: 900,
      trustProxy: false,
      oidc: undefined,
      defaultEnvironment: undefined,
      bootstrapClient: undefined,
      publicUrl: undefined,
    })
    expect(api.database).to.deep.equal({ url: least.DATABASE_URL, poolSize: 10 })
    expect(readWorkerConfig(least)).to.deep.include({
      provisioners: ['postgresql'],
      pool: 'default',
      concurrency: 8,
      retryForSeconds: 900,
      leaseSeconds: 6,
      log: { level: 'info', format: 'json' },
    })
    expect(readMigrateConfig({ DATABASE_URL: least.DATABASE_URL }).queueUrl).to.equal(undefined)
  })

  it('sends traces as soon as a collector is named, unless they are off', () => {
    const collector = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }
    const forTraces = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/v1/traces' }
    expect(readApiConfig(least).tracing).to.equal(false)
    expect(readApiConfig({ ...least, ...collector }).tracing).to.equal(true)
    expect(readWorkerConfig({ ...least, ...forTraces }).tracing).to.equal(true)
    expect(readWorkerConfig({ ...least, ...collector, OTEL_SDK_DISABLED: 'true' }).tracing).to.equal(false)
    expect(faultsOf(() => readApiConfig({ ...least, OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }))).to.have.length(1)
  })

  it('has no default for a secret', () => {
    expect(faultsOf(() => readApiConfig({}))).to.have.members([
      'DATABASE_URL is not set',
      'QUEUE_URL is not set',
      'ENCRYPTION_KEYS is not set',
      'TOKEN_SIGNING_KEYS is not set',
    ])
    expect(faultsOf(() => readApiConfig({ ...least, ENCRYPTION_KEYS: ' ' }))).to.deep.equal([
      'ENCRYPTION_KEYS is not set',
    ])
  })

  it('tells all faults at once, each with its variable, and quotes no value', () => {
    const wrong = {
      DATABASE_URL: 'mysql://app:hunter2@db',
      QUEUE_URL: 'hunter2',
      ENCRYPTION_KEYS: 'hunter2',
      TOKEN_SIGNING_KEYS: `s1:${key(31)}`,
      PORT: '70000',
      ALLOW_DELETE: 'yes',
      DASHBOARD: '1',
      BATCH_MAX_ITEMS: '5k',
      ODS_ENCRYPTION_KEY: 'hunter2',
      BOOTSTRAP_CLIENT_ID: 'first',
      BOOTSTRAP_CLIENT_SECRET: 'hunter2',
      ADMIN_API_URL: 'https://admin',
      OIDC_ISSUER: 'https://issuer',
      LOG_LEVEL: 'loud',
      TRUST_PROXY: 'true',
      ALLOWED_TARGET_HOSTS: '10.0.0.0/33',
    }
    const faults = faultsOf(() => readApiConfig(wrong))
    const named = faults.map((fault) => fault.split(' ')[0])
    expect(named).to.have.members([
      ...Object.keys(wrong).filter((name) => !['BOOTSTRAP_CLIENT_ID', 'ADMIN_API_URL', 'OIDC_ISSUER'].includes(name)),
      'ADMIN_API_CLIENT_ID',
      'OIDC_AUDIENCE',
    ])
    const { message } = new ConfigurationError(faults)
    expect(message.split('\n')).to.have.length(faults.length + 1)
    expect(message).not.to.contain('hunter2').and.not.to.contain(key(31))
  })

  it('takes several keys, the first one first, and refuses ids that are missing, odd or double', () => {
    const two = readApiConfig({ ...least, ENCRYPTION_KEYS: `new:${key(32, 1)}, old:${key(32, 2)}` })
    expect(two.encryptionKeys.map(({ id, key: bytes }) => [id, bytes[0]])).to.deep.equal([
      ['new', 1],
      ['old', 2],
    ])
    for (const wrong of [
      key(32),
      `:${key(32)}`,
      `k 1:${key(32)}`,
      `${'k'.repeat(33)}:${key(32)}`,
      `k:${key(32)},k:${key(32, 1)}`,
      `k:${key(33)}`,
      'k:',
      ',',
      `k:${key(32).replace('=', '')}`,
    ]) {
      const faults = faultsOf(() => readApiConfig({ ...least, ENCRYPTION_KEYS: wrong }))
      expect(faults, wrong).to.have.length(1)
      expect(faults[0])
        .to.match(/^ENCRYPTION_KEYS /)
        .and.not.to.contain(key(32).slice(0, 8))
    }
    expect(readApiConfig({ ...least, TOKEN_SIGNING_KEYS: `s:${key(64)}` }).tokenSigningKeys[0].key).to.have.length(64)
  })

  it('takes the settings of Admin API, the first client and the issuer whole or not at all', () => {
    const complete = readApiConfig({
      ...least,
      ADMIN_API_URL: 'https://admin/api/',
      ADMIN_API_CLIENT_ID: 'id',
      ADMIN_API_CLIENT_SECRET: 'secret',
      ADMIN_API_MODE: 'v2',
      ADMIN_API_MULTI_TENANT: 'on',
      BOOTSTRAP_CLIENT_ID: 'first',
      BOOTSTRAP_CLIENT_SECRET: 's'.repeat(32),
      OIDC_ISSUER: 'https://issuer/',
      OIDC_AUDIENCE: 'tenants',
    })
    expect(complete.defaultEnvironment).to.deep.equal({
      url: 'https://admin/api',
      clientId: 'id',
      clientSecret: 'secret',
      mode: 'v2',
      multiTenant: true,
    })
    expect(complete.bootstrapClient?.clientId).to.equal('first')
    expect(complete.oidc).to.deep.equal({ issuer: 'https://issuer/', audience: 'tenants' })
    expect(faultsOf(() => readApiConfig({ ...least, BOOTSTRAP_CLIENT_SECRET: 's'.repeat(32) }))).to.deep.equal([
      'BOOTSTRAP_CLIENT_ID is not set although BOOTSTRAP_CLIENT_SECRET is',
    ])
  })

  it('reads secrets of AWS only under a prefix, and says so where the rest is set without it', () => {
    expect(readWorkerConfig(least).awsSecrets).to.equal(undefined)
    expect(readWorkerConfig({ ...least, AWS_SECRETS_PREFIX: 'edfi/' }).awsSecrets).to.deep.equal({
      prefix: 'edfi/',
      region: undefined,
      endpoint: undefined,
    })
    const rest = { AWS_SECRETS_REGION: 'eu-west-1', AWS_SECRETS_ENDPOINT: 'https://vpce.example/' }
    expect(readWorkerConfig({ ...least, ...rest, AWS_SECRETS_PREFIX: 'edfi/' }).awsSecrets).to.deep.equal({
      prefix: 'edfi/',
      region: 'eu-west-1',
      endpoint: 'https://vpce.example',
    })
    expect(faultsOf(() => readWorkerConfig({ ...least, ...rest }))).to.deep.equal([
      'AWS_SECRETS_PREFIX is not set, although AWS_SECRETS_REGION or AWS_SECRETS_ENDPOINT is',
    ])
  })

  it('says which rule about secrets is none, and quotes nothing of it', () => {
    expect(readWorkerConfig(least).secretRules).to.equal(undefined)
    expect(
      faultsOf(() => readWorkerConfig({ ...least, SECRET_REFERENCES_ALLOWED: 'file:a@db, env:TM_SECRET_B' })),
    ).to.deep.equal(['SECRET_REFERENCES_ALLOWED must be reference@host, …, and item 2 is not'])
  })

  it('reads truths strictly, because deletion must not hang on a typing error', () => {
    for (const [value, meaning] of [
      ['true', true],
      ['on', true],
      ['false', false],
      ['off', false],
    ] as const)
      expect(readApiConfig({ ...least, ALLOW_DELETE: value }).allowDelete).to.equal(meaning)
    for (const value of ['False', 'no', '0', 'constructor'])
      expect(
        faultsOf(() => readWorkerConfig({ ...least, ALLOW_DELETE: value })),
        value,
      ).to.have.length(1)
  })

  it('takes every scheme of a queue that there is a backend for', () => {
    for (const queueUrl of ['redis://h', 'rediss://:p@h:6380/1', 'postgres://u:p@h/db'])
      expect(readWorkerConfig({ ...least, QUEUE_URL: queueUrl }).queueUrl).to.equal(queueUrl)
    for (const queueUrl of ['http://h', 'redis:', 'redis://'])
      expect(
        faultsOf(() => readWorkerConfig({ ...least, QUEUE_URL: queueUrl })),
        queueUrl,
      ).to.have.length(1)
  })
})
