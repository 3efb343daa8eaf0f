import { setTimeout as sleep } from 'node:timers/promises'
import type { FakeDatabase, FakeSqlServer } from './fake-sql-server.js'
import { rule, text, untext, type Rule, type Run } from './rule.js'
import { SqlError } from './start-tds-server.js'

/** A backup or restore that the model of RDS does, outside of any session. */
export interface FakeTask {
  id: number
  type: 'BACKUP_DB' | 'RESTORE_DB'
  database: string
  arn: string
  lifecycle: 'CREATED' | 'IN_PROGRESS' | 'SUCCESS' | 'ERROR' | 'CANCEL_REQUESTED' | 'CANCELLED'
  percent: number
  info: string
}

/** What Amazon RDS has besides SQL Server; a server without it knows none of these procedures. */
export class FakeRds {
  readonly tasks: FakeTask[] = []
  /** How long each quarter of a task takes. */
  quarterMs = 5
  /** While this is there, tasks stay at half of their way until it resolves. */
  hold: Promise<void> | undefined
  /** What tasks end with from now on, if they are not to succeed. */
  failure: string | undefined

  constructor(readonly server: FakeSqlServer) {
    server.create('rdsadmin', 'rdsa')
    // No login of a customer is an administrator, and what RDS does by procedures it does by nothing else.
    server.refuse = (statement) =>
      /^(?:backup|restore|drop) database|^restore |^alter database .+ (?:modify name|set o(?:n|ff)line)/i.test(
        statement,
      )
        ? new SqlError(262, 'Permission denied.')
        : undefined
    known.set(server, this)
  }

  begin(run: Run, wanted: Pick<FakeTask, 'type' | 'database' | 'arn'>): FakeTask {
    const busy = this.tasks.find((each) => each.database === wanted.database && isActive(each))
    if (busy)
      throw new SqlError(
        50_000,
        `A task has already been issued for database: ${busy.database} with task Id: ${busy.id}, please try again later.`,
      )
    const task: FakeTask = { ...wanted, id: this.tasks.length + 1, lifecycle: 'CREATED', percent: 0, info: '' }
    this.tasks.push(task)
    void this.#run(task, run.session.login.sid)
    return task
  }

  async #run(task: FakeTask, login: string): Promise<void> {
    try {
      await this.#quarter(task, 0)
      if (task.lifecycle === 'CREATED') task.lifecycle = 'IN_PROGRESS'
      const finish = task.type === 'BACKUP_DB' ? this.#backup(task) : this.#restore(task, login)
      for (const percent of [25, 50, 75, 100]) await this.#quarter(task, percent)
      if (this.failure !== undefined) throw new Error(this.failure)
      finish()
      task.lifecycle = 'SUCCESS'
    } catch (error) {
      task.lifecycle = isCancelled(task) ? 'CANCELLED' : 'ERROR'
      task.info = `[2026-11-23 07:00:00.000] Task execution has started.\n${(error as Error).message}`
    }
  }

  async #quarter(task: FakeTask, percent: number): Promise<void> {
    await sleep(this.quarterMs)
    task.percent = percent
    while (percent === 50 && this.hold && !isCancelled(task)) await Promise.race([this.hold, sleep(5)]).then(() => 0)
    if (isCancelled(task)) throw new Error('Task has been cancelled.')
  }

  #backup(task: FakeTask): () => void {
    const source = this.server.get(task.database)
    return () => {
      const { properties, tables } = source
      this.server.backups.set(task.arn, { ...source, properties: new Map(properties), tables: new Map(tables) })
    }
  }

  #restore(task: FakeTask, login: string): () => void {
    const backup = this.server.backups.get(task.arn)
    if (!backup) throw new Error(`The specified key does not exist: ${task.arn}`)
    // What is restored is RDS's own; whoever asked for it is a user in it, among its owners.
    const made: FakeDatabase = this.server.copy(backup, task.database, 'rdsa')
    const [name = ''] = [...this.server.logins.values()].filter(({ sid }) => sid === login).map((each) => each.name)
    made.users.set(name, { sid: login, connect: 'granted', roles: new Set(['db_owner']) })
    made.state = 'RESTORING'
    return () => {
      made.state = 'ONLINE'
    }
  }
}

const known = new WeakMap<FakeSqlServer, FakeRds>()
const isActive = ({ lifecycle }: FakeTask) => ['CREATED', 'IN_PROGRESS', 'CANCEL_REQUESTED'].includes(lifecycle)
const isCancelled = ({ lifecycle }: FakeTask) => lifecycle === 'CANCEL_REQUESTED'

function rdsOf({ session }: Run): FakeRds {
  const rds = known.get(session.server)
  if (!rds) throw new SqlError(2812, 'Could not find stored procedure.')
  return rds
}

const shown = (task: FakeTask) => ({
  task_id: task.id,
  task_type: task.type,
  database_name: task.database,
  '% complete': task.percent,
  'duration(mins)': 0,
  task_info: task.info,
  lifecycle: task.lifecycle,
  S3_object_arn: task.arn,
})

/** The procedures of RDS, and what has another answer there. */
export const rdsRules: Rule[] = [
  rule(
    String.raw`exec msdb\.dbo\.rds_restore_database @restore_db_name = ${text},\s*@s3_arn_to_restore_from = ${text}(?:, @kms_master_key_arn = ${text})?`,
    ([database, arn], run) => {
      const rds = rdsOf(run)
      if (run.session.server.find(untext(database)))
        throw new SqlError(50_000, `Database ${untext(database)} already exists.`)
      return [shown(rds.begin(run, { type: 'RESTORE_DB', database: untext(database), arn: untext(arn) }))]
    },
  ),
  rule(
    String.raw`exec msdb\.dbo\.rds_backup_database @source_db_name = ${text},\s*@s3_arn_to_backup_to = ${text}, @overwrite_S3_backup_file = 1, @type = 'FULL'(?:, @kms_master_key_arn = ${text})?`,
    ([database, arn], run) => [
      shown(
        rdsOf(run).begin(run, {
          type: 'BACKUP_DB',
          database: run.session.server.get(untext(database)).name,
          arn: untext(arn),
        }),
      ),
    ],
  ),
  rule(
    String.raw`exec msdb\.dbo\.rds_task_status(?: @db_name = ${text})?(?:, @task_id = (\d+))?`,
    ([database, id], run) =>
      rdsOf(run)
        .tasks.filter((each) => database === undefined || each.database === untext(database))
        .filter((each) => id === undefined || each.id === Number(id))
        .map(shown),
  ),
  rule(String.raw`exec msdb\.dbo\.rds_cancel_task @task_id = (\d+)`, ([id], run) => {
    const task = rdsOf(run).tasks.find((each) => each.id === Number(id))
    if (!task || !isActive(task)) throw new SqlError(50_000, 'The task is not running.')
    task.lifecycle = 'CANCEL_REQUESTED'
  }),
  rule(String.raw`exec msdb\.dbo\.rds_drop_database ${text}`, ([database], run) => {
    rdsOf(run)
    const { session } = run
    const found = session.server.get(untext(database))
    if (!session.isOwnerOf(found)) throw new SqlError(3701, 'Cannot drop.')
    session.server.endSessions(found, session)
    session.server.drop(found)
  }),
  rule(
    String.raw`exec rdsadmin\.dbo\.rds_modify_db_name @old_db_name = ${text}, @new_db_name = ${text}`,
    ([from, to], run) => {
      rdsOf(run)
      const { session } = run
      const found = session.server.get(untext(from))
      if (!session.isOwnerOf(found)) throw new SqlError(5011, 'No permission.')
      if (session.server.find(untext(to))) throw new SqlError(1801, 'Exists already.')
      if ([...session.server.sessions].some((each) => each !== session && each.database === found))
        throw new SqlError(5030, 'Could not be exclusively locked.')
      found.name = untext(to)
    },
  ),
  rule(String.raw`select convert\(nvarchar\(400\), serverproperty\(N'IsHadrEnabled'\)\) as value`, () => [
    { value: '0' },
  ]),
]
