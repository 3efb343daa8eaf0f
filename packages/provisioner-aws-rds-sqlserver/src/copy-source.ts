import type { DatabaseSource } from '@edfi-tenants/provisioner'
import { parsePrivateName } from '@edfi-tenants/provisioner'
import {
  findDatabase,
  isRefusal,
  quoteText,
  readTemplate,
  type CopyWork,
  type FoundDatabase,
} from '@edfi-tenants/provisioner-mssql'
import { cancelTask, followTask, startTask } from './follow-task.js'
import { does, isActive, isRunning, readTasks, type NativeTask, type WantedTask } from './native-task.js'
import { placeOf, readRdsSettings } from './settings.js'

/**
 * Restores an object of S3 as a new database.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/SQLServer.Procedural.Importing.Native.Using.html
 */
export async function copyBackup(work: CopyWork, arn: string, name: string, from = 0): Promise<void> {
  const wanted = { type: 'RESTORE_DB', database: name, arn }
  const key = arn === placeOf(work.server, work.owner) ? keyOf(work) : ''
  const task =
    (await findRestore(work, wanted)) ??
    (await startTask(
      work,
      wanted,
      `exec msdb.dbo.rds_restore_database @restore_db_name = ${quoteText(name)},
  @s3_arn_to_restore_from = ${quoteText(arn)}${key}`,
    ))
  await followTask(work, task, { from, to: 70, detail: 'restoring' })
}

/** Copies a database, in use or not: a backup to S3, and its restore under the new name. */
export async function copyDatabase(work: CopyWork, source: FoundDatabase, name: string): Promise<void> {
  const { session, server, owner } = work
  const arn = placeOf(server, owner)
  if (!(await findRestore(work, { type: 'RESTORE_DB', database: name, arn }))) {
    const wanted = { type: 'BACKUP_DB', database: source.name, arn }
    const running = (await readTasks(session, source.name)).find((task) => does(task, wanted) && isRunning(task))
    const task =
      running ??
      (await startTask(
        work,
        wanted,
        `exec msdb.dbo.rds_backup_database @source_db_name = ${quoteText(source.name)},
  @s3_arn_to_backup_to = ${quoteText(arn)}, @overwrite_S3_backup_file = 1, @type = 'FULL'${keyOf(work)}`,
      ))
    await followTask(work, task, { from: 0, to: 35, detail: 'copying' })
  }
  await copyBackup(work, arn, name, 35)
}

/** A restore under this private name that is on its way, or has come to its end since it was looked for. */
async function findRestore({ session }: CopyWork, wanted: WantedTask): Promise<NativeTask | undefined> {
  const task = (await readTasks(session, wanted.database)).filter((each) => does(each, wanted)).at(-1)
  if (!task || isRunning(task)) return task
  return task.lifecycle === 'SUCCESS' && (await findDatabase(session, wanted.database)) ? task : undefined
}

function keyOf({ server }: CopyWork): string {
  const { kmsKeyArn } = readRdsSettings(server)
  return kmsKeyArn === undefined ? '' : `, @kms_master_key_arn = ${quoteText(kmsKeyArn)}`
}

/**
 * What a worker had RDS do goes on when that worker is dead. A restore of the same object for the same instance is
 * finished instead of another one begun; everything else for the instance is cancelled.
 */
export async function settle(work: CopyWork, source: DatabaseSource | null): Promise<string | null> {
  const { session, operation, owner } = work
  const arn = source && objectOf(work, source)
  let kept: string | null = null
  for (const task of await tasksOfAll(work)) {
    const made = parsePrivateName(task.database)
    if (!isActive(task) || made?.instanceId !== owner.instanceId || made.epoch > owner.epoch) continue
    if (kept === null && task.arn === arn && task.type === 'RESTORE_DB' && isRunning(task)) kept = task.database
    else {
      await operation.fence()
      await cancelTask(session, task)
    }
  }
  return kept
}

/** None where RDS has no such procedure: the option for backups is not there, so nothing can be on its way. */
async function tasksOfAll({ session }: CopyWork): Promise<NativeTask[]> {
  try {
    return await readTasks(session)
  } catch (error) {
    if (isRefusal(error)) return []
    throw error
  }
}

function objectOf({ server, owner }: CopyWork, source: DatabaseSource): string | null {
  if (source.kind === 'copy') return placeOf(server, owner)
  if (source.kind !== 'template') return null
  const template = readTemplate(source.template)
  return 'backup' in template ? template.backup : placeOf(server, owner)
}
