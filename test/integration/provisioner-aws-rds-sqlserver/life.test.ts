import { setTimeout as sleep } from 'node:timers/promises'
import type { Json } from '@edfi-tenants/core'
import { privateName, type CreateDatabase, type Operation } from '@edfi-tenants/provisioner'
import { provisioner } from '@edfi-tenants/provisioner-aws-rds-sqlserver'
import { expect } from 'chai'
import { rdsBucket, rdsForConformance } from '../../support/sql-server/rds-for-conformance.js'
import { newOwner, quietOperation } from '../../support/sql-server/requests.js'

const failureOf = (running: Promise<unknown>): Promise<{ code?: string; message?: string; retryable?: boolean }> =>
  running.then(
    () => ({}),
    (error: unknown) => error as { code: string },
  )

describe('the life of a database on aws-rds-sqlserver', () => {
  let target: Awaited<ReturnType<typeof rdsForConformance>>
  before(async () => {
    target = await rdsForConformance()
  })
  beforeEach(() => {
    target.rds.tasks.length = 0
    target.rds.hold = undefined
    target.rds.failure = undefined
    target.model.sent.length = 0
  })
  after(() => target.stop?.())

  let count = 0
  const request = (template: Json = target.template): CreateDatabase => ({
    databaseName: `Life_${++count}`,
    owner: newOwner(),
    login: { ...target.login, own: false },
    source: { kind: 'template', name: 'minimal', template },
  })
  const create = (wanted: CreateDatabase, operation: Partial<Operation> = {}) =>
    provisioner.createDatabase(target.server, wanted, { ...quietOperation(), ...operation })
  const sent = (pattern: RegExp) => target.model.sent.map(({ text }) => text).filter((text) => pattern.test(text))
  const tasks = () => target.rds.tasks.map(({ type, database, lifecycle }) => [type, database, lifecycle])
  const hold = () => {
    let release = () => {}
    target.rds.hold = new Promise((resolve) => {
      release = resolve
    })
    return () => {
      target.rds.hold = undefined
      release()
    }
  }
  const until = async (condition: () => boolean) => {
    for (const deadline = Date.now() + 5_000; !condition();) {
      if (Date.now() > deadline) throw new Error('This has not come to pass.')
      await sleep(5)
    }
  }
  const isHalfWay = () => target.rds.tasks.at(-1)?.percent === 50
  /** A worker that begins a copy and dies, its connection with it, while RDS is half-way. */
  const beginAndDie = async (wanted: CreateDatabase) => {
    const dead = { fence: () => Promise.resolve() }
    const running = failureOf(create(wanted, dead))
    await until(isHalfWay)
    target.cut()
    expect(await running).to.include({ code: 'server_unreachable', retryable: true })
  }

  it('says how far RDS is, as RDS says it', async () => {
    const release = hold()
    const said: [number, string | undefined][] = []
    const progress = (percent: number, detail?: string) => {
      said.push([percent, detail])
    }
    const made = create(request(), { progress })
    await until(() => said.some(([percent]) => percent === 35))
    release()
    await made
    expect(said).to.deep.include([35, 'restoring'])
  })

  it('copies a database through S3: a backup, then its restore, encrypted where a key is given', async () => {
    const template = request()
    await create(template)
    const kmsKeyArn = 'arn:aws:kms:us-east-1:123456789012:key/0a1b'
    const server = { ...target.server, settings: { ...target.server.settings, kmsKeyArn } }
    const copy = request({ database: template.databaseName })
    await provisioner.createDatabase(server, copy, quietOperation())
    const place = `${rdsBucket}/copies/tm_${copy.owner.instanceId}.bak`
    expect(sent(/rds_backup_database/)).to.deep.equal([
      `exec msdb.dbo.rds_backup_database @source_db_name = N'${template.databaseName}',
  @s3_arn_to_backup_to = N'${place}', @overwrite_S3_backup_file = 1, @type = 'FULL', @kms_master_key_arn = N'${kmsKeyArn}'`,
    ])
    expect(sent(/rds_restore_database/)[1])
      .to.include(place)
      .and.to.include(kmsKeyArn)
  })

  it('says what RDS says of a task that failed, and what kind of failure that is', async () => {
    const missing = await failureOf(create(request({ backup: `${rdsBucket}/none.bak` })))
    expect(missing).to.include({ code: 'template_missing', retryable: false })
    expect(missing.message).to.match(
      /^RDS task 1 failed: .*The specified key does not exist: arn:aws:s3:::.*none\.bak$/,
    )
    for (const [info, code, retryable] of [
      ['Access Denied by the IAM role', 'insufficient_privilege', false],
      ['There is not enough space on the disk', 'server_full', true],
      ['There is already an existing database with the same family_guid', 'not_supported', false],
      ['Aborted the task because of a failover', 'database_error', true],
      ['Something that nobody has seen before', 'database_error', false],
    ] as const) {
      target.rds.failure = info
      const wanted = request()
      const failure = await failureOf(create(wanted))
      expect(failure).to.include({ code, retryable })
      expect(failure.message).to.include(info)
      expect(await target.listRaw()).not.to.include(privateName(wanted.owner))
    }
  })

  it('has RDS cancel its task when the job is aborted, and leaves nothing', async () => {
    const release = hold()
    const abort = new AbortController()
    const wanted = request()
    const running = failureOf(create(wanted, { signal: abort.signal }))
    await until(isHalfWay)
    abort.abort()
    expect((await running).code).to.equal('job_cancelled')
    expect(sent(/rds_cancel_task/)).to.deep.equal(['exec msdb.dbo.rds_cancel_task @task_id = 1'])
    expect(tasks()).to.deep.equal([['RESTORE_DB', privateName(wanted.owner), 'CANCELLED']])
    expect(await target.listRaw()).not.to.include(privateName(wanted.owner))
    release()
  })

  it('cancels nothing once another worker has the job, who goes on with the task', async () => {
    const release = hold()
    const abort = new AbortController()
    let isLost = false
    const fence = () => (isLost ? Promise.reject(new Error('Another worker has the job.')) : Promise.resolve())
    const wanted = request()
    const running = failureOf(create(wanted, { signal: abort.signal, fence }))
    await until(isHalfWay)
    isLost = true
    abort.abort()
    await running
    expect(target.rds.tasks[0]?.lifecycle).to.equal('IN_PROGRESS')
    const later = create({ ...wanted, owner: { ...wanted.owner, epoch: 2 } })
    await sleep(50)
    release()
    expect((await later).created).to.equal('now')
    expect(sent(/rds_cancel_task/)).to.deep.equal([])
  })

  it('goes on with the restore of a worker that died, and begins no other', async () => {
    const release = hold()
    const wanted = request()
    await beginAndDie(wanted)
    const later = { ...wanted.owner, epoch: 2 }
    const going = create({ ...wanted, owner: later })
    await sleep(50)
    release()
    expect((await going).created).to.equal('now')
    expect(tasks()).to.deep.equal([['RESTORE_DB', privateName(wanted.owner), 'SUCCESS']])
    const listed = await provisioner.listDatabases(target.server, quietOperation())
    expect(listed.find(({ name }) => name === wanted.databaseName)?.owner).to.deep.equal(later)
    expect(listed.map(({ name }) => name)).not.to.include(privateName(wanted.owner))
  })

  it('goes on with the backup of a worker that died, too', async () => {
    const template = request()
    await create(template)
    target.rds.tasks.length = 0
    const release = hold()
    const wanted = request({ database: template.databaseName })
    await beginAndDie(wanted)
    const later = { ...wanted.owner, epoch: 2 }
    const going = create({ ...wanted, owner: later })
    await sleep(50)
    release()
    await going
    expect(tasks()).to.deep.equal([
      ['BACKUP_DB', template.databaseName, 'SUCCESS'],
      ['RESTORE_DB', privateName(later), 'SUCCESS'],
    ])
  })

  it('cancels a dead worker’s restore of something else, and one whose instance is dropped', async () => {
    target.model.backups.set(`${rdsBucket}/other.bak`, target.model.backups.get(`${rdsBucket}/minimal.bak`) as never)
    let release = hold()
    const other = request()
    await beginAndDie(other)
    release()
    release = hold()
    const from = { kind: 'template' as const, name: 'other', template: { backup: `${rdsBucket}/other.bak` } }
    const going = create({ ...other, owner: { ...other.owner, epoch: 2 }, source: from })
    await until(() => sent(/rds_cancel_task/).length > 0)
    release()
    await going
    release = hold()
    const dropped = request()
    await beginAndDie(dropped)
    await provisioner.dropDatabase(
      target.server,
      { databaseName: dropped.databaseName, owner: { ...dropped.owner, epoch: 2 } },
      quietOperation(),
    )
    release()
    expect(target.rds.tasks.at(-1)?.lifecycle).to.equal('CANCELLED')
    expect(await target.listRaw()).not.to.include(privateName(dropped.owner))
  })

  it('waits for its turn where RDS is busy with the database already', async () => {
    const template = request()
    await create(template)
    const copies = [1, 2, 3].map(() => request({ database: template.databaseName }))
    const made = await Promise.all(copies.map((each) => create(each)))
    expect(made.every(({ created }) => created === 'now')).to.equal(true)
  })

  it('ends a task that takes longer than it may', async () => {
    const release = hold()
    const server = { ...target.server, settings: { ...target.server.settings, statementTimeoutMs: 60 } }
    const failure = await failureOf(provisioner.createDatabase(server, request(), quietOperation()))
    expect(failure).to.include({ code: 'step_timeout', retryable: true })
    expect(target.rds.tasks[0]?.lifecycle).to.equal('CANCELLED')
    release()
  })

  it('never uses the name rdsadmin, nor what RDS keeps to itself', async () => {
    expect(await failureOf(create({ ...request(), databaseName: 'RdsAdmin' }))).to.include({
      code: 'validation_failed',
    })
    const wanted = request()
    await create(wanted)
    await provisioner.dropDatabase(target.server, wanted, quietOperation())
    expect(sent(/modify name|^(?:drop|backup|restore) /)).to.deep.equal([])
    const listed = await provisioner.listDatabases(target.server, quietOperation())
    expect(listed.map(({ name }) => name)).not.to.include('rdsadmin')
  })

  it('stops no database, and says so', async () => {
    expect(provisioner.manifest.capabilities.supportsStop).to.equal(false)
    const own = { databaseName: 'x', owner: newOwner() }
    expect((await failureOf(provisioner.stopDatabase(target.server, own, quietOperation()))).code).to.equal(
      'not_supported',
    )
  })
})
