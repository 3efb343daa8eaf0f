import { randomUUID } from 'node:crypto'
import { isFailure, type Failure } from '@edfi-tenants/core'
import type { Operation, Ownership, RunScripts, Server } from '@edfi-tenants/provisioner'
import { provisioner } from '@edfi-tenants/provisioner-postgresql'
import { expect } from 'chai'
import { Client } from 'pg'
import { sharedPostgres } from '../../support/postgres.js'

const mark = randomUUID().slice(0, 8)
const operation = (wished: Partial<Operation> = {}): Operation => ({
  signal: new AbortController().signal,
  fence: () => Promise.resolve(),
  progress: () => undefined,
  ...wished,
})

describe('runScripts on PostgreSQL', function () {
  this.timeout(60_000)
  const databaseName = `seed_${mark}`
  const login = { username: `seed_app_${mark}`, password: 'Seed-App-1' }
  const owner: Ownership = { installationId: randomUUID(), instanceId: randomUUID(), epoch: 1 }
  let server: Server

  const query = async (statement: string, database = databaseName): Promise<Record<string, unknown>[]> => {
    const url = new URL((await sharedPostgres()).url)
    url.pathname = `/${database}`
    const client = new Client({ connectionString: url.href })
    await client.connect()
    try {
      return (await client.query<Record<string, unknown>>(statement)).rows
    } finally {
      await client.end()
    }
  }
  const run = (sql: string, wished: Partial<RunScripts> = {}, how = operation()) =>
    provisioner.runScripts(
      server,
      { databaseName, owner, login, scripts: [{ name: 's.sql', sql }], parameters: {}, ...wished },
      how,
    )
  const failure = async (promise: Promise<unknown>): Promise<Failure> => {
    const error = await promise.then(
      () => expect.fail('did not fail'),
      (reason: unknown) => reason,
    )
    if (!isFailure(error)) throw error as Error
    return error
  }
  const rows = async () => (await query('select count(*)::int as n from edfi.thing'))[0]?.['n']

  before(async () => {
    const { url } = await sharedPostgres()
    const { hostname, port, username, password } = new URL(url)
    server = {
      id: '1',
      name: 'seeding',
      settings: { host: hostname, port: Number(port) },
      credentials: { username, password },
    }
    await query(`create role ${login.username} login password '${login.password}'`, 'postgres')
    const request = {
      databaseName,
      owner,
      source: { kind: 'empty' as const },
      login: { ...login, own: false },
    }
    await provisioner.createDatabase(server, request, operation())
    await query(
      `create schema edfi; create table edfi.thing (id int primary key, name text not null,
         parent int references edfi.thing deferrable initially deferred);
       grant usage on schema edfi to ${login.username}; grant all on edfi.thing to ${login.username}`,
    )
  })
  afterEach(() => query('truncate edfi.thing'))
  after(async () => {
    await provisioner.dropDatabase(server, { databaseName, owner }, operation())
    await query(`drop role ${login.username}`, 'postgres')
  })

  it('names the line of a syntax error, of a broken constraint, and inside a block', async () => {
    const cases: [string, RegExp][] = [
      ['select 1;\n\n-- ; a comment\nselect ☺ from;', /^s\.sql, line 4: .*42601|42703/],
      [
        `insert into edfi.thing values (1, 'a;''b');\n/* ; */\ninsert into edfi.thing\n values (1, 'c');`,
        /line 3: .*23505/,
      ],
      [
        `select $x$;\n;$x$;\ndo $$\nbegin\n  perform 1;\n  raise exception 'no district';\nend $$;`,
        /line 6: no district/,
      ],
      [`insert into edfi.thing values (1, 'a', 7);`, /23503/],
      ['create table edfi.other (id int);', /line 1: permission denied.*42501/],
    ]
    for (const [sql, expected] of cases) {
      const { code, message, retryable } = await failure(run(sql))
      expect([code, retryable, message]).to.satisfy((found: unknown[]) => found[0] === 'seed_failed' && !found[1])
      expect(message).to.match(expected)
    }
    expect(await rows()).to.equal(0)
  })

  it('does not quote a value that the server’s message quotes', async () => {
    const sql = `insert into edfi.thing select (current_setting('tm.parameters')::jsonb ->> 'id')::int, 'x'`
    const { code, message } = await failure(run(sql, { parameters: { id: 'secret-4711' } }))
    expect(code).to.equal('seed_failed')
    expect(message).to.match(/22P02/).and.not.match(/4711/)
  })

  it('notices a script that ends its transaction, also when it begins another one', async () => {
    for (const end of ['commit', 'rollback', 'commit; begin', 'rollback; begin']) {
      const { code, message } = await failure(run(`insert into edfi.thing values (1, 'a'); ${end};`))
      expect([code, message]).to.satisfy(
        ([found, text]: string[]) => found === 'seed_failed' && text?.includes('s.sql'),
      )
      await query('truncate edfi.thing')
    }
  })

  it('undoes everything when a later run has taken over before the end', async () => {
    let fences = 0
    const fence = () => (++fences > 1 ? Promise.reject(new Error('taken over')) : Promise.resolve())
    await run(`insert into edfi.thing values (1, 'a')`, {}, operation({ fence })).catch(() => undefined)
    expect(fences).to.equal(2)
    expect(await rows()).to.equal(0)
  })

  it('ends a running script soon after an abort, and undoes it', async () => {
    const abort = new AbortController()
    setTimeout(() => abort.abort(), 300)
    const started = Date.now()
    const running = run(
      `insert into edfi.thing values (1, 'a'); select pg_sleep(30)`,
      {},
      operation({ signal: abort.signal }),
    )
    expect((await failure(running)).code).to.equal('job_cancelled')
    expect(Date.now() - started).to.be.lessThan(4_000)
    expect(await rows()).to.equal(0)
  })

  it('keeps a broken connection apart from a broken script', async () => {
    const { code, retryable } = await failure(run('select pg_terminate_backend(pg_backend_pid())'))
    expect([code, retryable]).to.deep.equal(['server_unreachable', true])
  })
})
