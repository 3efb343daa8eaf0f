import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { Client } from 'pg'
import { startPostgres } from '../../../scripts/services/postgres.js'
import type { PostgresService } from '../../../scripts/services/postgres.js'
import { serviceAccount } from '../../../scripts/services/service-account.js'
import { giveTo } from '../../../scripts/services/service-folder.js'
import { isRunning, leftAfter } from './checkout.js'

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

async function setting(service: PostgresService, name: string): Promise<unknown> {
  return (await query(service.url, `show ${name}`))[0]?.[name]
}

async function failure(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  return promise.then(
    () => expect.fail('it should have failed'),
    (error: unknown) => error as Error,
  )
}

describe('startPostgres', function () {
  let server: PostgresService
  before(async () => {
    server = await startPostgres({ settings: { log_min_duration_statement: 5000 } })
  })
  after(() => server.stop())

  it('listens on 127.0.0.1 only, without a socket whose path could be too long', async () => {
    expect(await setting(server, 'listen_addresses')).to.equal('127.0.0.1')
    expect(await setting(server, 'unix_socket_directories')).to.equal('')
    expect(new URL(server.url).port).to.equal(String(server.port))
  })

  it('refuses a wrong password, because anybody on the machine reaches the port', async () => {
    const error = await failure(query(server.url.replace(server.password, 'wrong'), 'select 1'))
    expect(error.code).to.equal('28P01')
    const [row] = await query(
      server.url,
      `select rolpassword like 'SCRAM-SHA-256$%' as scram from pg_authid where rolpassword is not null`,
    )
    expect(row).to.deep.equal({ scram: true })
  })

  it('sorts and encodes the same on every system', async () => {
    const rows = await query(
      server.url,
      `select pg_encoding_to_char(encoding) as encoding, datlocprovider, datlocale from pg_database`,
    )
    expect(rows).to.have.length(3)
    for (const row of rows) expect(row).to.deep.equal({ encoding: 'UTF8', datlocprovider: 'b', datlocale: 'C.UTF-8' })
  })

  it('takes settings, room for many connections, and skips the disk unless told to be durable', async () => {
    expect(await setting(server, 'max_connections')).to.equal('200')
    expect(await setting(server, 'fsync')).to.equal('off')
    expect(await setting(server, 'log_min_duration_statement')).to.equal('5s')
  })

  for (const signal of ['fast', 'immediate', 'kill'] as const)
    it(`keeps port and committed data over a restart by ${signal}`, async () => {
      const { url, port, pid } = server
      await query(url, `create table kept_${signal} as select 42 as answer`)
      await server.restart({ signal })
      expect(server.port).to.equal(port)
      expect(server.pid).not.to.equal(pid)
      expect(isRunning(pid)).to.equal(false)
      expect(await query(url, `select answer from kept_${signal}`)).to.deep.equal([{ answer: 42 }])
    })

  it('restarts while a query runs, which a kill leaves to crash recovery', async () => {
    const client = new Client({ connectionString: server.url })
    client.on('error', () => undefined)
    await client.connect()
    const broken = failure(client.query('select pg_sleep(60)'))
    await server.restart({ signal: 'kill' })
    expect((await broken).message).to.match(/terminat|ECONNRESET/)
    expect(await query(server.url, 'select 1 as one')).to.deep.equal([{ one: 1 }])
  })

  it('waits for its port when somebody has taken it in between', async () => {
    process.kill(server.pid, 'SIGKILL')
    await leftAfter([server.pid], [])
    const squatter = createServer((socket) => socket.destroy()).listen(server.port, '127.0.0.1')
    await once(squatter, 'listening')
    const restarted = server.restart()
    await pause(400)
    squatter.close()
    await restarted
    expect(await query(server.url, 'select 1 as one')).to.deep.equal([{ one: 1 }])
  })

  it('runs two at once, each with its own port, password and data', async () => {
    const [one, two] = await Promise.all([startPostgres(), startPostgres({ durable: true })])
    try {
      expect(one.port).not.to.equal(two.port)
      expect(one.password).not.to.equal(two.password)
      expect(await setting(two, 'fsync')).to.equal('on')
      await query(one.url, 'create table mine ()')
      expect(await query(two.url, `select to_regclass('mine') as found`)).to.deep.equal([{ found: null }])
    } finally {
      await Promise.all([one.stop(), two.stop()])
    }
    expect(await leftAfter([one.pid, two.pid], [one.dataDirectory, two.dataDirectory])).to.deep.equal([])
    await one.stop()
  })

  it('fails with the log when a setting is wrong, and leaves nothing behind', async () => {
    const given = process.env['TMPDIR']
    const temporary = mkdtempSync(path.join(os.tmpdir(), 'services-test-'))
    chmodSync(temporary, 0o1777)
    process.env['TMPDIR'] = temporary
    try {
      const error = await failure(startPostgres({ settings: { wal_level: 'nonsense' } }))
      expect(error.message).to.contain('invalid value for parameter "wal_level"')
      expect(readdirSync(temporary)).to.deep.equal([])
    } finally {
      if (given === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = given
      rmSync(temporary, { recursive: true })
    }
  })

  describe('with a data directory', () => {
    let parent: string
    beforeEach(() => {
      parent = mkdtempSync(path.join(os.tmpdir(), 'services-test-'))
      giveTo(serviceAccount(), parent)
    })
    afterEach(() => rmSync(parent, { recursive: true }))

    it('finds data and password again after a stop', async () => {
      const dataDirectory = path.join(parent, 'kept data')
      const first = await startPostgres({ dataDirectory })
      await query(first.url, 'create table kept as select 7 as answer')
      await first.stop()
      expect(isRunning(first.pid)).to.equal(false)
      expect(existsSync(path.join(dataDirectory, 'server.log'))).to.equal(true)

      const second = await startPostgres({ dataDirectory })
      expect(second.password).to.equal(first.password)
      expect(await query(second.url, 'select answer from kept')).to.deep.equal([{ answer: 7 }])
      await second.stop()
    })

    it('touches no folder that holds something else', async () => {
      writeFileSync(path.join(parent, 'thesis.txt'), 'mine')
      const error = await failure(startPostgres({ dataDirectory: parent }))
      expect(error.message).to.contain('holds thesis.txt')
    })
  })
})
