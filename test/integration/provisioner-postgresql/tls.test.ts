import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { isFailure } from '@edfi-tenants/core'
import type { JsonObject } from '@edfi-tenants/core'
import { provisioner } from '@edfi-tenants/provisioner-postgresql'
import { expect } from 'chai'
import { Client } from 'pg'
import { sharedPostgres } from '../../support/postgres.js'
import { startSystemPostgres, type SystemPostgres } from '../../support/system-postgres.js'

describe('TLS of postgresql, on a server whose certificate an authority has signed for localhost', function () {
  this.timeout(60_000)
  let folder: string
  let postgres: SystemPostgres | null = null
  let authority: string
  let stranger: string

  before(async function () {
    folder = mkdtempSync(path.join(tmpdir(), 'authority-'))
    if (!makeAuthority('authority') || !makeAuthority('stranger')) return this.skip()
    sign('server', 'localhost', 'authority')
    ;[authority, stranger] = ['authority', 'stranger'].map((name) => text(`${name}.crt`)) as [string, string]
    postgres = await startSystemPostgres({ certificate: text('server.crt'), key: text('server.key') })
    if (!postgres) this.skip()
  })
  after(async () => {
    await postgres?.stop()
    rmSync(folder, { recursive: true })
  })

  const text = (name: string) => readFileSync(path.join(folder, name), 'utf8')
  const openssl = (...args: string[]) => spawnSync('openssl', args, { cwd: folder }).status === 0
  const key = ['-newkey', 'rsa:2048', '-noenc']
  const makeAuthority = (name: string) =>
    openssl(
      'req',
      '-x509',
      ...key,
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
      '-out',
      `${name}.crt`,
      '-keyout',
      `${name}.key`,
    )

  function sign(name: string, host: string, by: string, days = '2'): void {
    writeFileSync(path.join(folder, 'names'), `subjectAltName=DNS:${host}`)
    openssl('req', ...key, '-subj', `/CN=${host}`, '-out', `${name}.csr`, '-keyout', `${name}.key`)
    const signed = ['-CA', `${by}.crt`, '-CAkey', `${by}.key`, '-CAcreateserial', '-extfile', 'names']
    const made = openssl('x509', '-req', '-days', days, '-in', `${name}.csr`, '-out', `${name}.crt`, ...signed)
    if (!made) throw new Error('The certificate could not be signed.')
  }

  async function connect(tls: JsonObject, host = 'localhost', server = postgres): Promise<string> {
    if (!server) throw new Error('There is no server.')
    const report = await provisioner.testServer(
      {
        id: '1',
        name: 'tls',
        settings: { host, port: server.port, tls },
        credentials: { username: server.user, password: server.password },
      },
      { templates: {}, ownLogins: false },
      { signal: new AbortController().signal, fence: () => Promise.resolve(), progress: () => undefined },
    )
    return report.checks.find(({ name }) => name === 'reach')?.detail ?? ''
  }

  async function refusal(...args: Parameters<typeof connect>): Promise<string> {
    const failure: unknown = await connect(...args).catch((error: unknown) => error)
    if (!isFailure(failure)) throw new Error('The connection was accepted.')
    expect(failure).to.include({ code: 'server_unreachable', retryable: false })
    return failure.message
  }

  it('is not used unless asked for, and with `require` takes any certificate', async () => {
    expect(await connect({ mode: 'disable' })).to.contain(', not encrypted')
    expect(await connect({ mode: 'require' }, '127.0.0.1')).to.contain(', encrypted')
  })

  it('with `verify-ca` wants the authority, whatever the name', async () => {
    expect(await connect({ mode: 'verify-ca', ca: authority }, '127.0.0.1')).to.contain(', encrypted')
    expect(await refusal({ mode: 'verify-ca', ca: stranger })).to.contain('certificate')
    // What a machine trusts by itself is not ours either.
    expect(await refusal({ mode: 'verify-ca' })).to.contain('certificate')
  })

  it('with `verify-full` wants authority and name', async () => {
    expect(await connect({ mode: 'verify-full', ca: authority })).to.contain(', encrypted')
    expect(await connect({ mode: 'verify-full', ca: `${stranger}\n${authority}` })).to.contain(', encrypted')
    expect(await refusal({ mode: 'verify-full', ca: authority }, '127.0.0.1')).to.contain('ALTNAME')
    expect(await refusal({ mode: 'verify-full', ca: stranger })).to.contain('certificate')
  })

  it('takes no certificate that has expired, and says so', async () => {
    sign('expired', 'localhost', 'authority', '-1')
    const expired = await startSystemPostgres({ certificate: text('expired.crt'), key: text('expired.key') })
    try {
      expect(await refusal({ mode: 'verify-full', ca: authority }, 'localhost', expired)).to.contain('has expired')
      expect(await refusal({ mode: 'verify-ca', ca: authority }, 'localhost', expired)).to.contain('has expired')
      expect(await connect({ mode: 'require' }, 'localhost', expired)).to.contain(', encrypted')
    } finally {
      await expired?.stop()
    }
  })

  it('is named as what is missing where the server takes encrypted connections only', async () => {
    const { url } = postgres!
    const client = new Client({ connectionString: url, ssl: { rejectUnauthorized: false } })
    await client.connect()
    const { rows } = await client.query<{ hba_file: string }>('show hba_file')
    const file = client.escapeLiteral(rows[0]!.hba_file)
    await client.query(`copy (select 'hostssl all all all scram-sha-256') to ${file}`)
    await client.query('select pg_reload_conf()')
    await client.end()
    const failure: unknown = await connect({ mode: 'disable' }).catch((error: unknown) => error)
    expect(failure).to.include({ code: 'server_login_failed', retryable: false })
    expect((failure as Error).message).to.contain('settings.tls')
    expect(await connect({ mode: 'verify-full', ca: authority })).to.contain(', encrypted')
  })

  it('never falls back to a connection in the clear where the server has no TLS', async () => {
    const { hostname, port, username, password } = new URL((await sharedPostgres()).url)
    const plain = { port: Number(port), user: username, password: decodeURIComponent(password) } as SystemPostgres
    expect(await refusal({ mode: 'require' }, hostname, plain)).to.contain('encrypt')
  })
})
