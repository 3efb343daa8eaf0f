import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import type { Handler } from '../../support/tds-server/fake-sql-server/scope.js'
import { startFakeSqlServer, type FakeServer } from '../../support/tds-server/fake-sql-server/start-fake-sql-server.js'
import { mssql, poolSettings, type MssqlError, type MssqlPool } from '../../support/tds-server/mssql-client.js'

describe('the model of SQL Server', () => {
  let server: FakeServer
  let pools: MssqlPool[]

  const connect = async (more: Record<string, unknown> = {}): Promise<MssqlPool> => {
    const pool = new mssql.ConnectionPool(poolSettings(server.port, more))
    pool.on('error', () => undefined)
    await pool.connect()
    pools.push(pool)
    return pool
  }

  /** All rows of all results. */
  const run = async (pool: MssqlPool, sql: string, parameters: Record<string, unknown> = {}): Promise<unknown[]> => {
    const request = pool.request()
    for (const [name, value] of Object.entries(parameters))
      request.input(name, typeof value === 'number' ? mssql.Int : mssql.NVarChar(4000), value)
    const batch = Object.keys(parameters).length === 0
    const { recordsets } = await (batch ? request.batch(sql) : request.query(sql))
    return recordsets.flat()
  }

  /** The numbers of the errors, in order. */
  const refusal = async (pool: MssqlPool, sql: string): Promise<number[]> => {
    try {
      await run(pool, sql)
    } catch (thrown) {
      const { number, precedingErrors = [] } = thrown as MssqlError
      return [...precedingErrors.map((each) => each.number ?? 0), number ?? 0]
    }
    return expect.fail(`It should have been refused: ${sql}`)
  }

  const signInFails = (more: Record<string, unknown>) =>
    connect(more).then(
      () => expect.fail('It should have been refused.'),
      () => server.signIns.at(-1)?.refused,
    )

  const custom: Handler = { match: /^exec my_procedure$/i, run: (_, { model }) => void model.create('Made', '0x01') }

  beforeEach(async () => {
    pools = []
    server = await startFakeSqlServer({ admins: { sa: 'secret' }, handlers: [custom] })
  })

  afterEach(async () => {
    for (const pool of pools) await pool.close()
    await server.close()
  })

  it('says so when it does not know a statement, a name or a function, so that nothing passes silently', async () => {
    const pool = await connect()
    for (const sql of ['dbcc checkdb', 'select nothing_like_it() as a', 'select nope from sys.databases'])
      expect(await refusal(pool, sql), sql).to.deep.equal([50_000])
    expect(await refusal(pool, 'select 1 as a from sys.unheard_of')).to.deep.equal([208])
    expect(await refusal(pool, 'select @missing as a')).to.deep.equal([137])
  })

  it('takes further handlers before its own', async () => {
    const pool = await connect()
    await run(pool, 'EXEC my_procedure;')
    expect(server.model.find('made')).to.not.equal(undefined)
  })

  describe('databases', () => {
    it('are created once, found by any case, renamed and dropped', async () => {
      const pool = await connect()
      await run(pool, "CREATE DATABASE [it's ]]odd];")
      expect(await refusal(pool, 'create database "IT\'S ]odd"')).to.deep.equal([1801])
      await run(pool, "alter database [it's ]]odd] modify name = [plain]")
      expect(await run(pool, 'select name from sys.databases where name = @name', { name: 'PLAIN' })).to.deep.equal([
        { name: 'plain' },
      ])
      await run(pool, 'create database other')
      expect(await refusal(pool, 'alter database other modify name = Plain')).to.deep.equal([1801])
      await run(pool, 'drop database if exists gone, plain; drop database other')
      expect(await refusal(pool, 'drop database plain')).to.deep.equal([3701])
      expect(await refusal(pool, 'use plain')).to.deep.equal([911])
      expect(await refusal(pool, 'alter database plain set online')).to.deep.equal([5011, 5069])
      expect(server.model.databases.map(({ name }) => name)).to.deep.equal(['master', 'tempdb', 'model', 'msdb'])
    })

    it('are not dropped or renamed while somebody is on them', async () => {
      const pool = await connect()
      await run(pool, 'create database [busy]')
      const other = await connect({ database: 'busy' })
      await run(other, 'select db_name() as name')
      expect(await refusal(pool, 'drop database [busy]')).to.deep.equal([3702])
      expect(await refusal(pool, 'alter database [busy] modify name = [idle]')).to.deep.equal([5030, 5069])
      expect(await refusal(pool, 'alter database [busy] set offline')).to.deep.equal([5070, 5069])
      await run(pool, 'alter database [busy] set single_user with rollback immediate; drop database [busy]')
      await sleep(20)
      expect([...server.sessions].map(({ database }) => database)).to.not.include('busy')
    })

    it('let one session in when in single-user mode, and none when offline', async () => {
      const pool = await connect()
      await run(pool, 'create database [one]; use [one]; alter database [one] set single_user with rollback immediate')
      expect(await signInFails({ database: 'one' })).to.equal(4060)
      const other = await connect()
      expect(await refusal(other, 'use [one]')).to.deep.equal([924])
      expect(await refusal(other, 'alter database [one] set multi_user')).to.deep.equal([5064, 5069])
      await run(pool, 'use [master]; alter database [one] set multi_user; alter database [one] set offline')
      expect(await refusal(other, 'use [one]')).to.deep.equal([942])
      await run(pool, 'alter database [one] set online')
      await run(other, 'use [one]')
    })

    it('are not created within a transaction, or without the right', async () => {
      const pool = await connect()
      expect(await refusal(pool, 'begin transaction;\ncreate database [x]')).to.deep.equal([226])
      await run(pool, 'if @@trancount > 0 rollback transaction')
      server.model.addLogin('weak', 'weak')
      expect(await refusal(await connect({ user: 'weak', password: 'weak' }), 'create database [x]')).to.deep.equal([
        262,
      ])
    })
  })

  describe('sign-in', () => {
    it('is refused for wrong passwords, disabled logins, and databases that are missing or closed to the login', async () => {
      const pool = await connect()
      await run(
        pool,
        `create login [app] with password = N'It''s-1', default_database = [master]; create database [ods]`,
      )
      expect(await signInFails({ user: 'app', password: 'wrong' })).to.equal(18456)
      expect(await signInFails({ user: 'app', password: "It's-1", database: 'none' })).to.equal(4060)
      expect(await signInFails({ user: 'app', password: "It's-1", database: 'ods' })).to.equal(4060)
      await run(
        pool,
        'use [ods]; create user [app] for login [app]; alter role db_datareader add member [app]; grant execute to [app]',
      )
      const app = await connect({ user: 'app', password: "It's-1", database: 'ods' })
      expect(await run(app, `select is_member('db_datareader') as reads, user_name() as [user]`)).to.deep.equal([
        { reads: 1, user: 'app' },
      ])
      expect(await refusal(pool, 'drop login [app]')).to.deep.equal([15434])
      await run(pool, 'alter login [app] disable')
      expect(await signInFails({ user: 'app', password: "It's-1", database: 'ods' })).to.equal(18456)
      expect(await refusal(pool, `create login [APP] with password = N'x'`)).to.deep.equal([15025])
    })
  })

  describe('backups', () => {
    const at = `disk = N'/backup/a.bak'`
    const moves = `move N'source' to N'/data/t.mdf', move N'source_log' to N'/data/t.ldf'`

    it('restore what was there, marker included, under another name', async () => {
      const pool = await connect()
      server.model.create('source', '0x01').tables.set('edfi.Student', 3)
      await run(
        pool,
        `use [source]; exec sys.sp_addextendedproperty @name = N'marker', @value = N'a "b" ''c'''; use [master]`,
      )
      await run(
        pool,
        `backup database [source] to ${at} with copy_only, init, format, checksum, compression, stats = 10`,
      )
      expect(await refusal(pool, `restore database [target] from ${at}`)).to.deep.equal([1834, 3013])
      await run(pool, `restore database [target] from ${at}\nwith ${moves},\n  recovery, stats = 10`)
      expect(
        await run(
          pool,
          'use [target]; select value, (select count_big(*) from edfi.Student) as students from sys.extended_properties',
        ),
      ).to.deep.equal([{ value: `a "b" 'c'`, students: '3' }])
      expect(await run(pool, `restore filelistonly from ${at}`)).to.have.length(2)
      expect(await run(pool, `restore headeronly from ${at}`)).to.have.nested.property('[0].DatabaseName', 'source')
      await run(pool, `restore verifyonly from ${at}`)
    })

    it('fail with the reason first and 3013 last', async () => {
      const pool = await connect()
      await run(pool, `create database [source]; create database [taken]; backup database [source] to ${at}`)
      expect(await refusal(pool, `restore database [target] from disk = N'/none'`)).to.deep.equal([3201, 3013])
      expect(await refusal(pool, `restore database [taken] from ${at} with ${moves}`)).to.deep.equal([3154, 3013])
      expect(await refusal(pool, `restore filelistonly from url = N'https://none'`)).to.deep.equal([3201, 3013])
    })

    it('tell their progress, are seen meanwhile by others, and leave a restoring database when cancelled', async () => {
      const [pool, other] = [await connect(), await connect()]
      await run(pool, `create database [source]; backup database [source] to ${at}`)
      server.model.transferMs = 2_000
      const request = pool.request()
      const seen: string[] = []
      request.on('info', ({ message }: { message: string }) => seen.push(message))
      const failed = request
        .batch(`restore database [target] from ${at} with ${moves}`)
        .catch((thrown: unknown) => thrown)
      await sleep(500)
      const running = await run(other, 'select command, percent_complete from sys.dm_exec_requests')
      expect(running).to.have.nested.property('[0].command', 'RESTORE DATABASE')
      expect(seen[0]).to.equal('10 percent processed.')
      request.cancel()
      expect(await failed).to.have.property('code', 'ECANCEL')
      const state = await run(other, `select state_desc as state from sys.databases where name like N't_rget'`)
      expect(state).to.deep.equal([{ state: 'RESTORING' }])
    })
  })

  describe('locks', () => {
    const take = (ms: number) =>
      `declare @result int;
       exec @result = sys.sp_getapplock @Resource = N'instance', @LockMode = 'Exclusive', @LockOwner = 'Session', @LockTimeout = ${ms};
       select @result as result`

    it('keep sessions apart, and go with the connection that has them', async () => {
      const [one, other] = [await connect(), await connect()]
      expect(await run(one, take(0))).to.deep.equal([{ result: 0 }])
      expect(await run(one, take(0)), 'taken once more').to.deep.equal([{ result: 0 }])
      expect(await run(other, take(0))).to.deep.equal([{ result: -1 }])
      const waiting = run(other, take(5_000))
      await sleep(50)
      server.dropConnections(
        (session) => server.model.locks.modeOf('1/public/instance', session, 'Session') !== 'NoLock',
      )
      expect(await waiting).to.deep.equal([{ result: 1 }])
    })

    it('are given back as often as they were taken', async () => {
      const [one, other] = [await connect(), await connect()]
      const release = `exec sp_releaseapplock @Resource = N'instance', @LockOwner = 'Session'`
      await run(one, take(0))
      await run(one, take(0))
      await run(one, release)
      expect(await run(other, take(0))).to.deep.equal([{ result: -1 }])
      await run(one, release)
      expect(await run(other, take(0))).to.deep.equal([{ result: 0 }])
      expect(await refusal(one, release)).to.deep.equal([1223])
    })

    it('of a transaction end with it', async () => {
      const [one, other] = [await connect(), await connect()]
      const mode = `select applock_mode('public', N'r', 'Transaction') as mode`
      const inTransaction = `exec sp_getapplock @Resource = N'r', @LockMode = 'Exclusive', @LockTimeout = 0`
      await run(one, `begin transaction; ${inTransaction}`)
      expect(await run(one, mode)).to.deep.equal([{ mode: 'Exclusive' }])
      expect(await run(other, mode)).to.deep.equal([{ mode: 'NoLock' }])
      await run(one, 'commit transaction')
      expect(await run(one, mode)).to.deep.equal([{ mode: 'NoLock' }])
    })
  })

  describe('statements', () => {
    it('branch, catch and rethrow, with the line and number of what failed', async () => {
      const pool = await connect()
      await run(
        pool,
        `if db_id(N'x') is null
           create database [x]
         else
           create database [never];
         if exists (select 1 from sys.databases where name = N'x')
         begin
           create database [y];
         end`,
      )
      expect(server.model.find('y')).to.not.equal(undefined)
      expect(server.model.find('never')).to.equal(undefined)
      const failure = await pool
        .request()
        .batch(
          'begin try\n  print 1;\n  create database [x]\nend try\nbegin catch\n  drop database [y];\n  throw;\nend catch',
        )
        .catch((thrown: unknown) => thrown as MssqlError)
      expect(failure).to.include({ number: 1801, lineNumber: 3 })
      expect(server.model.find('y')).to.equal(undefined)
      expect(await refusal(pool, `throw 50911, N'Changed.', 1`)).to.deep.equal([50_911])
    })

    it('take back what a transaction changed', async () => {
      const pool = await connect()
      await run(pool, `exec sp_addextendedproperty N'a', N'1'`)
      await run(pool, `begin tran; exec sp_updateextendedproperty @name = N'a', @value = N'2'; rollback tran`)
      const named = `select name, value from fn_listextendedproperty(default, default, default, default, default, default, default)`
      expect(await run(pool, named)).to.deep.equal([{ name: 'a', value: '1' }])
    })

    it('change the database only for themselves when they have parameters', async () => {
      const pool = await connect()
      expect(await run(pool, `use [msdb]; select db_name() as name, @a as a`, { a: 1 })).to.deep.equal([
        { name: 'msdb', a: 1 },
      ])
      expect(await run(pool, 'select db_name() as name')).to.deep.equal([{ name: 'master' }])
    })

    it('build others from parameters, quoted', async () => {
      const pool = await connect()
      await run(pool, `declare @sql nvarchar(max) = N'create database ' + quotename(@name); exec (@sql)`, {
        name: 'a]b',
      })
      expect(server.model.find('a]b')).to.not.equal(undefined)
    })

    it('query the catalogue with joins, groups, order and functions', async () => {
      const pool = await connect()
      expect(
        await run(
          pool,
          `select top (2) d.name, sum(convert(bigint, f.size)) * 8192 as bytes, count(*) as files
             from sys.databases d join sys.master_files as f on f.database_id = d.database_id
             where d.database_id <= 4 and d.name not in (N'tempdb')
             group by d.name order by d.name desc`,
        ),
      ).to.deep.equal([
        { name: 'msdb', bytes: 16_777_216, files: 2 },
        { name: 'model', bytes: 16_777_216, files: 2 },
      ])
      expect(
        await run(
          pool,
          `select convert(nvarchar(128), serverproperty('ProductVersion')) as version, isnull(db_id(N'no'), -1) as id`,
        ),
      ).to.deep.equal([{ version: '16.0.1000.6', id: -1 }])
      expect(
        await run(
          pool,
          `select case when exists (select * from sys.databases where name like N'm%') then 1 else 0 end as found`,
        ),
      ).to.deep.equal([{ found: 1 }])
    })

    it('see sessions and end them', async () => {
      const [pool, other] = [await connect(), await connect({ options: { appName: 'other' } })]
      await run(other, 'select 1 as a')
      const sql = `select session_id as id from sys.dm_exec_sessions where program_name = @name and session_id <> @@spid`
      const [found] = (await run(pool, sql, { name: 'other' })) as { id: number }[]
      await run(pool, `kill ${found?.id ?? 0}`)
      await sleep(20)
      expect(await run(pool, sql, { name: 'other' })).to.deep.equal([])
      expect(await refusal(pool, 'kill 9999')).to.deep.equal([6106])
    })
  })
})
