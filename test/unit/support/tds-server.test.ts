import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import {
  done,
  drop,
  error,
  hang,
  info,
  returns,
  rows,
  sequence,
  SqlServerError,
  transaction,
  useDatabase,
  wait,
  type Answer,
} from '../../support/tds-server/answers.js'
import {
  mssql,
  poolSettings,
  type MssqlError,
  type MssqlPool,
  type MssqlTransaction,
} from '../../support/tds-server/mssql-client.js'
import type { TdsRequest, TdsServerOptions, TdsSession } from '../../support/tds-server/session.js'
import { startTdsServer, type TdsServer } from '../../support/tds-server/start-tds-server.js'

/** What went wrong; fails when nothing did. */
const failureOf = (work: Promise<unknown>): Promise<MssqlError> =>
  work.then(
    () => expect.fail('It should have failed.'),
    (thrown: unknown) => thrown as MssqlError,
  )

describe('the TDS server of the tests', () => {
  let server: TdsServer
  let pool: MssqlPool
  let answer: (request: TdsRequest, session: TdsSession) => Answer | Promise<Answer>

  const start = async (options: Partial<TdsServerOptions> = {}, client: Record<string, unknown> = {}) => {
    server = await startTdsServer({
      logins: { sa: 'secret' },
      answer: (request, session) => answer(request, session),
      ...options,
    })
    pool = new mssql.ConnectionPool(poolSettings(server.port, client))
    // A connection that breaks while it is idle is told to the pool.
    pool.on('error', () => undefined)
    return pool
  }

  afterEach(async () => {
    await pool.close()
    await server.close()
  })

  describe('signing in', () => {
    it('takes user, password, database and application name from LOGIN7, so that a test can check them', async () => {
      await start(
        { logins: { 'dömäne\\üser': 'pä$$wörd-€-😀' } },
        { user: 'dömäne\\üser', password: 'pä$$wörd-€-😀', database: 'Schüler', options: { appName: 'a test' } },
      )
      await pool.connect()
      expect(server.signIns).to.deep.equal([
        { user: 'dömäne\\üser', database: 'Schüler', appName: 'a test', refused: null },
      ])
    })

    it('refuses a wrong password with 18456', async () => {
      await start({}, { password: 'guessed' })
      expect(await failureOf(pool.connect())).to.include({ code: 'ELOGIN', message: "Login failed for user 'sa'." })
      expect(server.signIns[0]?.refused).to.equal(18456)
    })

    for (const number of [4060, 40613])
      it(`refuses with ${number} when it is told to, before any session exists`, async () => {
        await start({
          signIn: () =>
            new SqlServerError({ number, message: 'Cannot open database.' }, { number: 18456, message: 'No.' }),
        })
        expect((await failureOf(pool.connect())).code).to.equal('ELOGIN')
        expect(server.signIns.map(({ refused }) => refused)).to.include(number)
        expect(server.sessions.size).to.equal(0)
      })
  })

  describe('requests', () => {
    it('gives a statement with its parameters as values of their types', async () => {
      answer = () => done(0)
      await start()
      await pool.connect()
      const long = 'ß'.repeat(5000)
      await pool
        .request()
        .input('text', mssql.NVarChar(50), "O'Brien 😀")
        .input('none', mssql.NVarChar(50), null)
        .input('long', mssql.NVarChar(mssql.MAX), long)
        .input('noLong', mssql.NVarChar(mssql.MAX), null)
        .input('int', mssql.Int, -7)
        .input('big', mssql.BigInt, '9007199254740993')
        .input('bit', mssql.Bit, true)
        .input('float', mssql.Float, 1.5)
        .input('bytes', mssql.VarBinary(20), Buffer.from([0, 255]))
        .input('manyBytes', mssql.VarBinary(mssql.MAX), Buffer.alloc(10_000, 7))
        .input('at', mssql.DateTime2, new Date('2026-08-01T10:20:30.123Z'))
        .input('id', mssql.UniqueIdentifier, '6F9619FF-8B86-D011-B42D-00C04FC964FF')
        .input('price', mssql.Decimal(12, 3), -12.5)
        .query('select 1 as one where @text is not null')
      const [request] = server.transcript
      expect(request?.kind).to.equal('rpc')
      expect(request?.procedure).to.equal('sp_executesql')
      expect(request?.sql).to.equal('select 1 as one where @text is not null')
      expect(request?.definitions).to.match(/^@text nvarchar\(50\), @none nvarchar\(50\), @long nvarchar\(max\)/)
      expect(request?.parameters).to.deep.equal({
        text: "O'Brien 😀",
        none: null,
        long,
        noLong: null,
        int: -7,
        big: 9007199254740993n,
        bit: true,
        float: 1.5,
        bytes: Buffer.from([0, 255]),
        manyBytes: Buffer.alloc(10_000, 7),
        at: new Date('2026-08-01T10:20:30.123Z'),
        id: '6F9619FF-8B86-D011-B42D-00C04FC964FF',
        price: '-12.500',
      })
    })

    it('tells batches and procedures from statements with parameters', async () => {
      answer = ({ kind }) => (kind === 'rpc' ? sequence(rows([{ a: 1 }]), returns(3)) : done())
      await start()
      await pool.connect()
      await pool.request().batch('create database [x]')
      const { returnValue, recordset } = await pool.request().input('name', mssql.NVarChar(9), 'x').execute('sp_helpdb')
      expect({ returnValue, recordset: [...recordset] }).to.deep.equal({ returnValue: 3, recordset: [{ a: 1 }] })
      expect(server.transcript.map(({ kind, sql, parameters }) => ({ kind, sql, parameters }))).to.deep.equal([
        { kind: 'batch', sql: 'create database [x]', parameters: {} },
        { kind: 'rpc', sql: 'exec sp_helpdb', parameters: { name: 'x' } },
      ])
    })

    it('takes a statement of more than 1 MB in its many packets', async () => {
      answer = ({ sql }) => rows([{ length: sql.length }])
      await start()
      await pool.connect()
      const sql = `select N'${'é😀'.repeat(200_000)}' as text`
      expect((await pool.request().batch(sql)).recordset[0]).to.deep.equal({ length: sql.length })
      expect(server.transcript[0]?.sql === sql).to.equal(true)
      expect(server.transcript[0]?.packets).to.be.greaterThan(250)
    })

    it('goes by the packet size that the client asks for', async () => {
      answer = ({ sql, packets }) => rows([{ packets, sql }])
      await start({}, { options: { packetSize: 16_384 } })
      await pool.connect()
      const sql = `select '${'x'.repeat(30_000)}'`
      expect((await pool.request().batch(sql)).recordset[0]).to.deep.equal({ packets: 4, sql })
    })
  })

  describe('results', () => {
    it('has values of all types, and nulls of each', async () => {
      const row = {
        text: 'Zoë 😀',
        max: 'y'.repeat(9000),
        int: -2147483648,
        big: 9007199254740993n,
        bit: false,
        float: 0.1,
        at: new Date('1899-12-31T23:59:59.999Z'),
        id: '6F9619FF-8B86-D011-B42D-00C04FC964FF',
        bytes: Buffer.alloc(9000, 1),
      }
      const nulls = Object.fromEntries(Object.keys(row).map((key) => [key, null]))
      answer = () => rows([row, nulls], { columns: { id: 'uniqueidentifier' } })
      await start()
      await pool.connect()
      const { recordset } = await pool.request().query('select *')
      // The driver gives a bigint as a text.
      const plain = recordset.map((each) => ({ ...each, at: each['at'] && (each['at'] as Date).toISOString() }))
      expect(plain).to.deep.equal([{ ...row, big: '9007199254740993', at: row.at.toISOString() }, nulls])
    })

    it('can be several, with empty ones that have columns, and counts of changed rows', async () => {
      answer = () =>
        sequence(rows([{ a: 1 }, { a: 2 }]), done(5), rows([], { columns: { b: 'int' } }), rows([{ c: 'x' }]))
      await start()
      await pool.connect()
      for (const run of ['query', 'batch'] as const) {
        const { recordsets, rowsAffected } = await pool.request()[run]('several')
        expect(recordsets.map((each) => [...each])).to.deep.equal([[{ a: 1 }, { a: 2 }], [], [{ c: 'x' }]])
        expect(rowsAffected).to.deep.equal([2, 5, 0, 1])
      }
    })

    it('can be longer than 1 MB, in one value and in many rows', async () => {
      const text = 'é'.repeat(600_000)
      const many = Array.from({ length: 20_000 }, (_, id) => ({ id, name: `Student number ${id}` }))
      answer = () => sequence(rows([{ text }]), rows(many))
      await start()
      await pool.connect()
      const { recordsets } = await pool.request().query('much')
      expect(recordsets[0]?.[0]?.['text'] === text).to.equal(true)
      expect(recordsets[1]).to.have.length(20_000)
      expect(recordsets[1]?.at(-1)).to.deep.equal(many.at(-1))
    })

    it('come as soon as it is their turn, so that progress is seen before the end', async () => {
      answer = () =>
        sequence(info({ number: 3211, message: '10 percent processed.' }), wait(150), info({ number: 3211 }), done())
      await start()
      await pool.connect()
      const request = pool.request()
      const seen: { after: number; message: string; number: number }[] = []
      const began = Date.now()
      request.on('info', (each: { message: string; number: number }) =>
        seen.push({ after: Date.now() - began, message: each.message, number: each.number }),
      )
      await request.batch('restore database [x]')
      expect(seen.map(({ number }) => number)).to.deep.equal([3211, 3211])
      expect(seen[0]?.message).to.equal('10 percent processed.')
      expect(seen[1]!.after - seen[0]!.after).to.be.greaterThan(100)
    })

    it('end in the order of the requests even when the first takes longer', async () => {
      answer = async ({ sql }) => {
        if (sql === 'slow') await sleep(60)
        return rows([{ sql }])
      }
      await start()
      await pool.connect()
      const both = await Promise.all([pool.request().batch('slow'), pool.request().batch('fast')])
      expect(both.map(({ recordset }) => recordset[0]?.['sql'])).to.deep.equal(['slow', 'fast'])
    })
  })

  describe('errors', () => {
    for (const run of ['query', 'batch'] as const)
      it(`have number, severity, state, line and procedure (${run})`, async () => {
        answer = () =>
          error({ number: 1801, message: 'Exists.', severity: 16, state: 3, line: 7, procedure: 'sp_make' })
        await start()
        await pool.connect()
        expect(await failureOf(pool.request()[run]('create database [x]'))).to.include({
          code: 'EREQUEST',
          message: 'Exists.',
          number: 1801,
          class: 16,
          state: 3,
          lineNumber: 7,
          procName: 'sp_make',
        })
      })

    it('can be several for one statement, the last being what SQL Server ends with', async () => {
      answer = () => {
        throw new SqlServerError({ number: 3201, message: 'Cannot open.' }, { number: 3013, message: 'Terminating.' })
      }
      await start()
      await pool.connect()
      const failure = await failureOf(pool.request().batch('restore'))
      expect(failure.number).to.equal(3013)
      expect(failure.precedingErrors?.map(({ number }) => number)).to.deep.equal([3201])
    })

    it('can come after rows, and leave the connection usable', async () => {
      answer = ({ sql }) =>
        sql === 'again' ? rows([{ a: 2 }]) : sequence(rows([{ a: 1 }], { ended: false }), error({ number: 1205 }))
      await start()
      await pool.connect()
      const request = pool.request()
      const seen: unknown[] = []
      Object.assign(request, { stream: true })
      request.on('row', (row) => seen.push(row))
      const failed = new Promise<MssqlError>((resolve) => request.on('error', resolve))
      void request.query('select')
      expect((await failed).number).to.equal(1205)
      expect(seen).to.deep.equal([{ a: 1 }])
      const signIns = server.signIns.length
      expect((await pool.request().query('again')).recordset[0]).to.deep.equal({ a: 2 })
      expect(server.signIns).to.have.length(signIns)
    })

    it('are 50000 when the answer itself throws, so that a mistake in a test shows', async () => {
      answer = () => {
        throw new Error('Nobody answers this.')
      }
      await start()
      await pool.connect()
      expect(await failureOf(pool.request().query('select'))).to.include({
        number: 50_000,
        message: 'Nobody answers this.',
      })
    })
  })

  describe('cancelling', () => {
    const cancelled: [string, () => Answer | Promise<Answer>][] = [
      ['that has not begun', () => new Promise<Answer>(() => undefined)],
      ['that hangs', () => hang()],
      ['that hangs after rows', () => sequence(rows([{ a: 1 }]), hang())],
      ['that hangs in the middle of a result', () => sequence(rows([{ a: 1 }], { ended: false }), hang())],
      ['that is late', () => sequence(wait(20_000), rows([{ a: 1 }]))],
    ]
    for (const [what, given] of cancelled)
      for (const run of ['query', 'batch'] as const)
        it(`ends an answer ${what} at once, and the connection goes on (${run})`, async () => {
          let signal: AbortSignal | undefined
          answer = (each) => {
            if (each.sql === 'after') return rows([{ b: 2 }])
            signal = each.signal
            return given()
          }
          await start()
          await pool.connect()
          const request = pool.request()
          const failed = failureOf(request[run]('long'))
          await sleep(50)
          const signIns = server.signIns.length
          const began = Date.now()
          request.cancel()
          expect((await failed).code).to.equal('ECANCEL')
          expect(Date.now() - began).to.be.lessThan(1000)
          expect(signal?.aborted).to.equal(true)
          expect((await pool.request().query('after')).recordset[0]).to.deep.equal({ b: 2 })
          expect(server.signIns).to.have.length(signIns)
        })

    it('is what a time-out of the client does', async () => {
      answer = ({ sql }) => (sql === 'after' ? rows([{ b: 2 }]) : hang())
      await start({}, { requestTimeout: 100 })
      await pool.connect()
      expect((await failureOf(pool.request().query('long'))).code).to.equal('ETIMEOUT')
      const signIns = server.signIns.length
      expect((await pool.request().query('after')).recordset[0]).to.deep.equal({ b: 2 })
      expect(server.signIns).to.have.length(signIns)
    })
  })

  describe('broken connections', () => {
    it('can break before an answer', async () => {
      answer = () => drop()
      await start()
      await pool.connect()
      expect((await failureOf(pool.request().query('select'))).code).to.equal('ECONNRESET')
      expect(server.sessions.size).to.equal(0)
    })

    it('can break in the middle of an answer, after rows that the client has', async () => {
      answer = () => sequence(rows([{ a: 1 }], { ended: false }), wait(20), drop())
      await start()
      await pool.connect()
      const request = pool.request()
      Object.assign(request, { stream: true })
      const seen: unknown[] = []
      request.on('row', (row) => seen.push(row))
      const failed = new Promise((resolve) => request.on('error', resolve))
      void request.query('select')
      await failed
      expect(seen).to.deep.equal([{ a: 1 }])
    })

    it('can all be cut from outside, which ends what is running and tells it', async () => {
      let signal: AbortSignal | undefined
      answer = (each) => {
        signal = each.signal
        return hang()
      }
      const ended: number[] = []
      await start({ onSession: (session) => session.onEnd(() => ended.push(session.id)) })
      await pool.connect()
      const failed = failureOf(pool.request().query('select'))
      await sleep(50)
      server.dropConnections()
      await failed
      await sleep(20)
      expect(signal?.aborted).to.equal(true)
      expect(ended).to.have.length(server.signIns.length)
    })
  })

  describe('state of a session', () => {
    it('begins, commits and rolls back transactions, and knows when it is in one', async () => {
      const states: [string, boolean][] = []
      answer = ({ sql }, session) => {
        states.push([sql, session.inTransaction])
        return done(1)
      }
      await start()
      await pool.connect()
      for (const end of ['commit', 'rollback'] as const) {
        const each: MssqlTransaction = pool.transaction()
        await each.begin()
        await each.request().query('insert')
        await each[end]()
      }
      await pool.request().query('after')
      expect(states).to.deep.equal([
        ['begin transaction', false],
        ['insert', true],
        ['commit transaction', true],
        ['begin transaction', false],
        ['insert', true],
        ['rollback transaction', true],
        ['after', false],
      ])
    })

    it('tells the client of transactions that statements begin and end', async () => {
      answer = ({ sql }) => transaction(sql === 'begin transaction' ? 'begin' : 'commit')
      await start()
      await pool.connect()
      await pool.request().batch('begin transaction')
      expect([...server.sessions].map(({ inTransaction }) => inTransaction)).to.deep.equal([true])
      await pool.request().batch('commit transaction')
      expect([...server.sessions].map(({ inTransaction }) => inTransaction)).to.deep.equal([false])
    })

    it('refuses to begin a transaction with the error that the answer throws', async () => {
      answer = () => {
        throw new SqlServerError({ number: 3952, message: 'Not allowed.' })
      }
      await start()
      await pool.connect()
      expect((await failureOf(pool.transaction().begin())).message).to.include('Not allowed.')
      expect([...server.sessions].some(({ inTransaction }) => inTransaction)).to.equal(false)
    })

    it('changes its database, which later requests are recorded with', async () => {
      answer = ({ sql }) => (sql.startsWith('use') ? useDatabase('Other') : done())
      await start({}, { database: 'First' })
      await pool.connect()
      await pool.request().batch('use [Other]')
      await pool.request().batch('next')
      expect(server.transcript.map(({ sql, database }) => [sql, database])).to.deep.equal([
        ['use [Other]', 'First'],
        ['next', 'Other'],
      ])
    })
  })

  it('encrypts when it has a certificate, the handshake going inside of PRELOGIN', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'tds-'))
    try {
      const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')]
      execFileSync(
        'openssl',
        ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost'].concat([
          ...['-keyout', key, '-out', cert],
        ]),
        { stdio: 'ignore' },
      )
      const tls = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
      answer = ({ sql }) => rows([{ length: sql.length, text: 'é'.repeat(100_000) }])
      await start({ tls }, { options: { encrypt: true, trustServerCertificate: true } })
      await pool.connect()
      const sql = `select '${'x'.repeat(200_000)}'`
      expect((await pool.request().batch(sql)).recordset[0]).to.deep.equal({
        length: sql.length,
        text: 'é'.repeat(100_000),
      })
      const untrusting = new mssql.ConnectionPool(poolSettings(server.port, { options: { encrypt: true } }))
      expect((await failureOf(untrusting.connect())).code).to.equal('ESOCKET')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
