import { Failure } from '@edfi-tenants/core'
import { hasNumber, isRefusal, originOf, quoteText, type Session } from '@edfi-tenants/provisioner-mssql'

/** A backup or restore that RDS does for us, outside of any session. */
export interface NativeTask {
  id: number
  type: string
  /** What is backed up, or what the restored database is called. */
  database: string
  /** The object in S3. */
  arn: string
  lifecycle: string
  percent: number
  /** What RDS says about it. */
  info: string
}

/** What one task is known by before it has a number. */
export type WantedTask = Pick<NativeTask, 'type' | 'database' | 'arn'>

/**
 * The tasks of a database, newest last, or of all; RDS remembers them for 36 days. Asked also when the signal has
 * aborted. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/SQLServer.Procedural.Importing.Native.Tracking.html
 */
export async function readTasks(session: Session, database?: string, id?: number): Promise<NativeTask[]> {
  const only = database === undefined ? '' : ` @db_name = ${quoteText(database)}`
  const numbered = id === undefined ? '' : `, @task_id = ${id}`
  const rows = await session.finish(`exec msdb.dbo.rds_task_status${only}${numbered}`)
  return rows.map(present).sort((one, other) => one.id - other.id)
}

function present(row: Record<string, unknown>): NativeTask {
  const cells = new Map(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value]))
  const text = (name: string): string => {
    const value = cells.get(name)
    return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  }
  return {
    id: Number(text('task_id')),
    type: text('task_type'),
    database: text('database_name'),
    arn: text('s3_object_arn'),
    lifecycle: text('lifecycle').toUpperCase(),
    percent: Number(text('% complete')),
    info: text('task_info'),
  }
}

/** Whether RDS is not done with it. */
export const isActive = ({ lifecycle }: NativeTask): boolean =>
  ['CREATED', 'IN_PROGRESS', 'CANCEL_REQUESTED'].includes(lifecycle)

/** Whether it still can end well. */
export const isRunning = (task: NativeTask): boolean => isActive(task) && task.lifecycle !== 'CANCEL_REQUESTED'

/** Whether a task does just this. */
export const does = (task: NativeTask, { type, database, arn }: WantedTask): boolean =>
  task.type === type && task.arn === arn && task.database.toLowerCase() === database.toLowerCase()

const meanings = [
  // Of DB instances that take no second copy of a database: nothing else is done here.
  [/same (?:family|file)_guid/i, 'not_supported', false],
  [/no space|not enough|insufficient (?:disk|storage|space)|storage.full/i, 'server_full', true],
  [/denied|not authorized|unauthorized|forbidden|permission|\b403\b/i, 'insufficient_privilege', false],
  [/does not exist|not found|no such key|nosuchkey|cannot find|\b404\b/i, 'template_missing', false],
  [/failover|restart|maintenance|timed? ?out|try again/i, 'database_error', true],
] as const

/** The failure that a task which ended in an error stands for, with what RDS says of it. */
export function taskFailure({ id, type, info }: NativeTask): Failure {
  const [, code, retryable] = meanings.find(([pattern]) => pattern.test(info)) ?? [null, 'database_error', false]
  const isMissing = code === 'template_missing' && type !== 'RESTORE_DB'
  return new Failure(isMissing ? 'database_error' : code, `RDS task ${id} failed: ${readable(info)}`, { retryable })
}

/** What the procedures of RDS refuse with comes with one number, so their words count. */
export function refusal(error: unknown): unknown {
  if (!isRefusal(error) || !hasNumber(error, [50_000])) return error
  const { message } = originOf(error) as Error
  return new Failure('database_error', `RDS refused the task: ${readable(message)}`, { cause: originOf(error) })
}

const readable = (text: string): string =>
  text
    .replace(/[\s\u0000-\u001f]+/g, ' ')
    .trim()
    .slice(0, 600)
