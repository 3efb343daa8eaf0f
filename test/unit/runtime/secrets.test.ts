import { createServer, type IncomingHttpHeaders } from 'node:http'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { isFailure } from '@edfi-tenants/core'
import { createSecretResolver, readWorkerConfig } from '@edfi-tenants/runtime'
import { expect } from 'chai'

describe('Secret references', () => {
  let outside: string
  let folder: string
  const env: Record<string, string | undefined> = {
    TM_SECRET_ODS: 'hunter2',
    TM_SECRET_EMPTY: '',
    DATABASE_URL: 'hunter2',
  }
  const use = {
    host: 'ods.cluster-x.eu-west-1.rds.amazonaws.com',
    port: 5433,
    username: 'tenant_admin',
    databaseEngine: 'PostgreSql',
    verified: true,
  }
  const resolve = (reference: string) => createSecretResolver({ env, secretFilesDir: folder })(reference, use)

  async function failureOf(reference: string): Promise<string> {
    try {
      await resolve(reference)
    } catch (error) {
      expect(isFailure(error) && error.code === 'secret_unavailable', reference).to.equal(true)
      return (error as Error).message
    }
    throw new Error(`${reference} was resolved`)
  }

  before(() => {
    outside = mkdtempSync(path.join(tmpdir(), 'secrets-'))
    folder = path.join(outside, 'inside')
    mkdirSync(path.join(folder, 'sub'), { recursive: true })
    mkdirSync(`${folder}-other`)
    writeFileSync(path.join(outside, 'stolen'), 'hunter2')
    writeFileSync(path.join(`${folder}-other`, 'stolen'), 'hunter2')
    writeFileSync(path.join(folder, 'plain'), 'p w\n')
    writeFileSync(path.join(folder, 'sub', 'windows'), 'pw\r\n')
    writeFileSync(path.join(folder, 'lines'), 'a\nb\n\n')
    writeFileSync(path.join(folder, 'empty'), '\n')
    writeFileSync(path.join(folder, 'largest'), 'x'.repeat(64 * 1024))
    writeFileSync(path.join(folder, 'too-large'), 'x'.repeat(64 * 1024 + 1))
    symlinkSync(path.join(outside, 'stolen'), path.join(folder, 'link-out'))
    symlinkSync(outside, path.join(folder, 'folder-out'))
    symlinkSync('plain', path.join(folder, 'link-in'))
  })
  after(() => rmSync(outside, { recursive: true }))

  it('give a variable whose name begins with TM_SECRET_, as it is at that moment', async () => {
    expect(await resolve('env:TM_SECRET_ODS')).to.equal('hunter2')
    env['TM_SECRET_ODS'] = 'rotated'
    expect(await resolve('env:TM_SECRET_ODS')).to.equal('rotated')
  })

  it('give a file below the folder without its last line end, as it is at that moment', async () => {
    expect(await resolve('file:plain')).to.equal('p w')
    expect(await resolve('file:sub/windows')).to.equal('pw')
    expect(await resolve('file:link-in')).to.equal('p w')
    expect(await resolve('file:lines')).to.equal('a\nb\n')
    expect(await resolve('file:largest')).to.have.length(64 * 1024)
    writeFileSync(path.join(folder, 'sub', 'windows'), 'rotated')
    expect(await resolve('file:sub/windows')).to.equal('rotated')
  })

  it('reach nothing else, and say the same whether it is missing or forbidden', async () => {
    const references = [
      'env:DATABASE_URL',
      'env:TM_SECRET_EMPTY',
      'env:TM_SECRET_MISSING',
      'env:tm_secret_ods',
      'env:__proto__',
      'file:missing',
      'file:empty',
      'file:too-large',
      'file:sub',
      'file:.',
      'file:../stolen',
      'file:sub/../../stolen',
      'file:sub\\..\\..\\stolen',
      'file:../inside-other/stolen',
      'file:link-out',
      'file:folder-out/stolen',
      `file:${path.join(outside, 'stolen')}`,
      `file:${path.join(folder, 'plain')}`,
      'file:plain\0',
    ]
    const messages = new Set(await Promise.all(references.map(failureOf)))
    expect([...messages]).to.have.length(1)
    expect([...messages][0])
      .not.to.contain(outside)
      .and.not.to.contain('hunter2')
  })

  it('refuse every other kind', async () => {
    for (const reference of ['', 'hunter2', 'ENV:TM_SECRET_ODS', 'http://x', 'vault:x', 'file:', 'env:'])
      expect(await failureOf(reference)).not.to.contain('hunter2')
  })

  it('give no file where no folder is configured', async () => {
    const without = createSecretResolver({ env, secretFilesDir: undefined })
    const error: unknown = await without('file:plain', use).catch((reason: unknown) => reason)
    expect(isFailure(error)).to.equal(true)
  })

  it('give no secret of AWS where no prefix is configured', async () => {
    expect(await failureOf('aws-secret:ods/admin')).to.contain('AWS_SECRETS_PREFIX')
  })

  it('are read only for the hosts that the operator has listed beside them, where he has', async () => {
    env['TM_SECRET_EAST_1'] = 'east'
    const { secretRules: rules } = readWorkerConfig({
      DATABASE_URL: 'postgres://a@b/c',
      QUEUE_URL: 'redis://a',
      ENCRYPTION_KEYS: `k:${Buffer.alloc(32).toString('base64')}`,
      SECRET_REFERENCES_ALLOWED:
        'env:TM_SECRET_EAST_*@*.east.example.org, file:plain@10.1.0.0/16,file:plain@db.example.org',
    })
    const resolver = createSecretResolver({ env, secretFilesDir: folder, rules })
    const outcome = (reference: string, hosts: { host: string; registeredHost?: string }) =>
      resolver(reference, { ...use, ...hosts }).catch((error: unknown) => {
        expect((error as Error).message).to.contain('SECRET_REFERENCES_ALLOWED')
        return isFailure(error) && error.code
      })
    expect(await outcome('env:TM_SECRET_EAST_1', { host: 'db.EAST.example.org' })).to.equal('east')
    expect(await outcome('file:plain', { host: '10.1.2.3', registeredHost: 'db.example.org' })).to.equal('p w')
    for (const [reference, hosts] of [
      ['env:TM_SECRET_EAST_1', { host: 'evil.example' }],
      ['env:TM_SECRET_EAST_1', { host: 'east.example.org.evil.example' }],
      ['env:TM_SECRET_EAST_1', { host: 'db.east.example.org', registeredHost: 'evil.example' }],
      ['env:TM_SECRET_EAST_1', { host: '' }],
      ['env:TM_SECRET_ODS', { host: 'db.east.example.org' }],
      ['file:plain', { host: '10.2.0.1' }],
      ['file:sub/windows', { host: 'db.example.org' }],
      ['aws-rds-iam:eu-west-1', { host: use.host }],
    ] as const)
      expect(await outcome(reference, hosts), `${reference} ${JSON.stringify(hosts)}`).to.equal('secret_unavailable')
  })

  describe('for short-lived tokens', () => {
    const saved: Record<string, string | undefined> = {}
    const set = (variables: Record<string, string>) => {
      for (const [name, value] of Object.entries(variables)) {
        saved[name] ??= process.env[name]
        process.env[name] = value
      }
    }
    afterEach(() => {
      for (const [name, value] of Object.entries(saved))
        if (value === undefined) Reflect.deleteProperty(process.env, name)
        else process.env[name] = value
    })

    it('sign one for RDS that names server, port, user and region, ends in 15 minutes, and is made without a call', async () => {
      set({ AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'not-a-secret' })
      const token = await resolve('aws-rds-iam:eu-west-1')
      const url = new URL(`https://${token}`)
      expect(url.host).to.equal(`${use.host}:5433`)
      const query = Object.fromEntries(url.searchParams)
      expect(query).to.include({
        Action: 'connect',
        DBUser: 'tenant_admin',
        'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
        'X-Amz-Expires': '900',
        'X-Amz-SignedHeaders': 'host',
      })
      expect(query['X-Amz-Credential']).to.match(/^AKIDEXAMPLE\/\d{8}\/eu-west-1\/rds-db\/aws4_request$/)
      expect(query['X-Amz-Signature']).to.match(/^[0-9a-f]{64}$/)
      expect(token).not.to.contain('not-a-secret')
    })

    it('get one of Entra ID for Azure Database for PostgreSQL, as the identity of the machine', async () => {
      const asked: { url: string; headers: IncomingHttpHeaders }[] = []
      const endpoint = createServer((request, response) => {
        asked.push({ url: request.url ?? '', headers: request.headers })
        const expires_on = String(Math.floor(Date.now() / 1000) + 3600)
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify({ access_token: 'a-token', expires_on, resource: 'x', token_type: 'Bearer' }))
      })
      await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve))
      const { port } = endpoint.address() as AddressInfo
      set({ IDENTITY_ENDPOINT: `http://127.0.0.1:${port}/msi/token`, IDENTITY_HEADER: 'header-of-the-machine' })
      try {
        const resolver = createSecretResolver({ env, secretFilesDir: undefined })
        const host = 'ods.Postgres.database.azure.com'
        expect(await resolver('azure-entra', { ...use, host })).to.equal('a-token')
        const before = asked.length
        for (const host of [use.host, 'evil.example', 'ods.postgres.database.azure.com.evil.example', '10.0.0.1', '']) {
          const error: unknown = await resolver('azure-entra', { ...use, host }).catch((reason: unknown) => reason)
          expect(isFailure(error) && error.code, host).to.equal('settings_invalid')
        }
        // Nobody is even asked for what would go to another host.
        expect(asked.length).to.equal(before)
      } finally {
        endpoint.close()
      }
      const [first] = asked
      expect(first?.headers['x-identity-header']).to.equal('header-of-the-machine')
      expect(new URL(first?.url ?? '', 'http://x').searchParams.get('resource')).to.equal(
        'https://ossrdbms-aad.database.windows.net',
      )
    }).timeout(20_000)

    it('make none where it would be sent in the clear, or where no server would know it', async () => {
      const resolver = createSecretResolver({ env, secretFilesDir: undefined })
      for (const reference of ['aws-rds-iam:eu-west-1', 'azure-entra'])
        for (const [change, word] of [
          [{ verified: false }, 'verify-full'],
          [{ databaseEngine: 'SqlServer' }, 'PostgreSQL'],
        ] as const) {
          const error: unknown = await resolver(reference, { ...use, ...change }).catch((reason: unknown) => reason)
          expect(isFailure(error) && error.code).to.equal('settings_invalid')
          expect((error as Error).message).to.contain(word)
        }
    })
  })
})
