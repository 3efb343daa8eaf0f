import { randomUUID } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { isFailure } from '@edfi-tenants/core'
import type { CreateDatabase, Operation, Server } from '@edfi-tenants/provisioner'
import { provisioner } from '@edfi-tenants/provisioner-postgresql'
import { buildTemplate } from '@edfi-tenants/sample-ods'
import { expect } from 'chai'
import { Client } from 'pg'
import { startSystemPostgres, type SystemPostgres } from '../../support/system-postgres.js'

const admin = { username: 'tenant_admin', password: `Admin "'\\ 1` }
const app = { username: 'ods_api', password: 'App-1', own: false }
const installationId = randomUUID()

const operation = (wished: Partial<Operation> = {}): Operation => ({
  signal: new AbortController().signal,
  fence: () => Promise.resolve(),
  progress: () => undefined,
  ...wished,
})

describe('exports of PostgreSQL', function () {
  this.timeout(60_000)
  let postgres: SystemPostgres
  let server: Server

  const query = async (statement: string, database = 'postgres'): Promise<Record<string, unknown>[]> => {
    const url = new URL(postgres.url)
    url.pathname = `/${database}`
    const client = new Client({ connectionString: url.href })
    await client.connect()
    try {
      return (await client.query<Record<string, unknown>>(statement)).rows
    } finally {
      await client.end()
    }
  }
  const request = (source: CreateDatabase['source']): CreateDatabase => ({
    databaseName: `export_${randomUUID().slice(0, 8)}`,
    owner: { installationId, instanceId: randomUUID(), epoch: 1 },
    source,
    login: app,
  })
  const dump = async (databaseName: string): Promise<Uint8Array[]> => {
    const chunks: Uint8Array[] = []
    const write = (chunk: Uint8Array) => Promise.resolve(void chunks.push(Uint8Array.from(chunk)))
    await provisioner.exportDatabase(server, { databaseName }, write, operation())
    return chunks
  }
  async function* give(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield await Promise.resolve(chunk)
  }

  before(async function () {
    const started = await startSystemPostgres()
    if (!started) {
      this.test!.title += ' (skipped: no PostgreSQL with pg_dump in /usr/lib/postgresql)'
      return this.skip()
    }
    postgres = started
    server = {
      id: '1',
      name: 'exporting',
      settings: { host: postgres.host, port: postgres.port },
      credentials: admin,
    }
    await query(
      `create role ${admin.username} login createdb createrole password ${pgText(admin.password)};
       grant pg_signal_backend to ${admin.username};
       create role ${app.username} login password '${app.password}'; create role ods_owner`,
    )
    // As Ed-Fi's own templates: everything belongs to another role than the one that makes the instances.
    await buildTemplate({ adminUrl: postgres.url, databaseName: 'populated', kind: 'populated', owner: 'ods_owner' })
    await query('alter database populated allow_connections true')
    await query(
      `grant usage on schema edfi, auth, interop, util, changes, tpdm, tracked_changes_edfi, tracked_changes_tpdm to ods_api;
       do $$ declare s text; begin
         for s in select nspname from pg_namespace where nspname !~ '^pg_' and nspname not in ('information_schema', 'public') loop
           execute format('grant select, insert, update, delete on all tables in schema %I to ods_api', s);
         end loop;
       end $$`,
      'populated',
    )
    await query('alter database populated allow_connections false')
  })
  after(() => (postgres as SystemPostgres | undefined)?.stop())

  const pgText = (text: string) => `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`

  it('says that the login may not read the tables of another role, and how that is mended', async () => {
    const from = request({ kind: 'template', name: 'populated', template: 'populated' })
    await provisioner.createDatabase(server, from, operation())
    const outcome = await dump(from.databaseName).catch((error: unknown) => error)
    expect(isFailure(outcome) && [outcome.code, outcome.retryable]).to.deep.equal(['insufficient_privilege', false])
    expect((outcome as Error).message).to.match(/pg_read_all_data/)
    await provisioner.dropDatabase(server, from, operation())
  })

  it('restores objects of another role as its own, with all rows, triggers and the rights of ODS/API', async () => {
    await query(`grant pg_read_all_data to ${admin.username}`)
    const from = request({ kind: 'template', name: 'populated', template: 'populated' })
    await provisioner.createDatabase(server, from, operation())
    const to = request({ kind: 'export', format: 'pg_dump', chunks: give(await dump(from.databaseName)) })
    const made = await provisioner.createDatabase(server, to, operation())
    expect(made.method).to.equal('pg_dump')
    const facts = `select (select count(*) from pg_class where relkind in ('r', 'i', 'v', 'S') and relnamespace = 'edfi'::regnamespace)::int as objects,
      (select count(*) from pg_trigger where not tgisinternal)::int as triggers,
      (select count(*) from pg_constraint where contype = 'f')::int as references,
      (select count(*) from edfi.grade)::int as grades, (select last_value::int from changes.changeversionsequence) as version,
      (select count(*) from pg_extension where extname = 'pgcrypto')::int as crypto`
    expect(await query(facts, to.databaseName)).to.deep.equal(await query(facts, from.databaseName))
    const [owned] = await query(
      `select count(*)::int as foreign from pg_class where relnamespace = 'edfi'::regnamespace and relowner <> 'tenant_admin'::regrole`,
      to.databaseName,
    )
    expect(owned).to.deep.equal({ foreign: 0 })
    const verify = { ...to, login: app, expect: 'ods' as const }
    expect((await provisioner.verifyDatabase(server, verify, operation())).odsVersion).to.equal('7.3')
    const statistics = `select reltuples::int as rows from pg_class where oid = 'edfi.student'::regclass`
    expect(await query(statistics, to.databaseName)).to.deep.equal([{ rows: 1000 }])
    for (const one of [from, to]) await provisioner.dropDatabase(server, one, operation())
  })

  it('shows the password in no command line, and leaves no file behind', async () => {
    const from = request({ kind: 'template', name: 'populated', template: 'populated' })
    await provisioner.createDatabase(server, from, operation())
    const seen: string[] = []
    const write = () => {
      for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
        try {
          const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
          if (line.includes('pg_dump')) seen.push(line)
        } catch {
          // It has ended meanwhile.
        }
      return Promise.resolve()
    }
    await provisioner.exportDatabase(server, from, write, operation())
    expect(seen.length).to.be.greaterThan(0)
    expect(seen.filter((line) => line.includes(admin.password) || line.includes(admin.username))).to.deep.equal([])
    const left = readdirSync(tmpdir()).filter((name) => /^edfi-tenants-pg-/.test(name))
    expect(left).to.deep.equal([])
    await provisioner.dropDatabase(server, from, operation())
  })

  it('takes a stopped or broken-off server for what passes', async () => {
    const from = request({ kind: 'template', name: 'populated', template: 'populated' })
    await provisioner.createDatabase(server, from, operation())
    let ended = false
    const write = async () => {
      if (ended) return
      ended = true
      await query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${from.databaseName}'`)
    }
    const outcome = await provisioner.exportDatabase(server, from, write, operation()).catch((error: unknown) => error)
    expect(isFailure(outcome) && [outcome.code, outcome.retryable]).to.deep.equal(['server_unreachable', true])
    await provisioner.stopDatabase(server, from, operation())
    const stopped = await dump(from.databaseName).catch((error: unknown) => error)
    expect(isFailure(stopped) && stopped.code).to.equal('database_error')
    await provisioner.dropDatabase(server, from, operation())
  })
})

describe('exports of PostgreSQL with TLS', function () {
  this.timeout(60_000)

  it('trusts the given authority for the given name, and no other', async function () {
    const certificate = selfSigned('localhost')
    const postgres = certificate && (await startSystemPostgres(certificate))
    if (!postgres) return this.skip()
    try {
      const serverWith = (tls: Record<string, string>): Server => ({
        id: '1',
        name: 'tls',
        settings: { host: 'localhost', port: postgres.port, tls },
        credentials: { username: postgres.user, password: postgres.password },
      })
      const full = serverWith({ mode: 'verify-full', ca: certificate.certificate })
      for (const server of [full, serverWith({ mode: 'require' })]) {
        const chunks: Uint8Array[] = []
        const write = (chunk: Uint8Array) => Promise.resolve(void chunks.push(Uint8Array.from(chunk)))
        await provisioner.exportDatabase(server, { databaseName: 'postgres' }, write, operation())
        const request: CreateDatabase = {
          databaseName: 'restored',
          owner: { installationId, instanceId: randomUUID(), epoch: 1 },
          source: { kind: 'export', format: 'pg_dump', chunks: Readable.from(chunks) },
          login: null,
        }
        await provisioner.createDatabase(server, request, operation())
        await provisioner.dropDatabase(server, request, operation())
      }
      const other = selfSigned('localhost')
      const environment = { settings: { ...full.settings, tls: { mode: 'verify-full', ca: other!.certificate } } }
      const outcome = await provisioner
        .exportDatabase({ ...full, ...environment }, { databaseName: 'postgres' }, () => Promise.resolve(), operation())
        .catch((error: unknown) => error)
      expect(isFailure(outcome) && [outcome.code, outcome.retryable]).to.deep.equal(['server_unreachable', false])
    } finally {
      await postgres.stop()
    }
  })
})

/** Null where there is no openssl. */
function selfSigned(name: string): { certificate: string; key: string } | null {
  const folder = mkdtempSync(path.join(tmpdir(), 'certificate-'))
  const files = ['certificate', 'key'].map((file) => path.join(folder, file)) as [string, string]
  try {
    const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`]
    const out = ['-out', files[0], '-keyout', files[1]]
    const made = spawnSync('openssl', [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      ...subject,
      ...out,
    ])
    if (made.status !== 0) return null
    return { certificate: readFileSync(files[0], 'utf8'), key: readFileSync(files[1], 'utf8') }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
