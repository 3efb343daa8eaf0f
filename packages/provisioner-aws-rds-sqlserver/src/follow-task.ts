import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '@edfi-tenants/core'
import { isRefusal, stopped, type CopyWork, type Session } from '@edfi-tenants/provisioner-mssql'
import { does, isActive, readTasks, refusal, taskFailure, type NativeTask, type WantedTask } from './native-task.js'

const firstWaitMs = 50
const longestWaitMs = 5_000
/** How long a cancelled task may take to end. */
const cancelledWithinMs = 60_000

/**
 * Has RDS begin a task. It does one at a time for a database and refuses another one: then that one is waited for,
 * whoever's it is.
 */
export async function startTask(work: CopyWork, wanted: WantedTask, statement: string): Promise<NativeTask> {
  const { session, operation } = work
  const turn = waiting(work)
  for (;;) {
    await operation.fence()
    if (operation.signal.aborted) throw stopped(operation.signal)
    try {
      await session.finish(statement)
    } catch (error) {
      if (!isRefusal(error) || !(await readTasks(session, wanted.database)).some(isActive)) throw refusal(error)
      await turn()
      continue
    }
    const begun = (await readTasks(session, wanted.database)).filter((task) => does(task, wanted)).at(-1)
    if (begun) return begun
    throw new Failure('database_error', 'RDS does not know the task that it has just begun.', { retryable: true })
  }
}

/**
 * Waits for a task to end, says meanwhile how far it is, and throws what it failed with. When the signal aborts, or its
 * time is up, it is cancelled: unless another worker has the job by now, who goes on with this very task.
 */
export async function followTask(
  work: CopyWork,
  { id, database }: NativeTask,
  { from, to, detail }: { from: number; to: number; detail: string },
): Promise<void> {
  const { session, operation } = work
  const turn = waiting(work)
  for (;;) {
    const [task] = await readTasks(session, database, id)
    if (!task) throw new Failure('database_error', 'RDS has forgotten the task.', { retryable: true })
    if (task.lifecycle === 'SUCCESS') return
    if (task.lifecycle === 'CANCELLED')
      throw new Failure('database_error', `RDS task ${id} was cancelled on the server.`, { retryable: true })
    if (!isActive(task)) throw taskFailure(task)
    operation.progress(Math.round(from + ((to - from) * task.percent) / 100), detail)
    try {
      await turn()
    } catch (error) {
      await operation.fence()
      await cancelTask(session, task)
      throw error
    }
  }
}

/** Cancels a task and waits until it has ended; one that ends by itself meanwhile is as good. */
export async function cancelTask(session: Session, { id, database }: NativeTask): Promise<void> {
  try {
    await session.finish(`exec msdb.dbo.rds_cancel_task @task_id = ${id}`)
  } catch (error) {
    if (!isRefusal(error)) throw error
  }
  const deadline = Date.now() + cancelledWithinMs
  for (let waitMs = firstWaitMs; Date.now() < deadline; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
    const [task] = await readTasks(session, database, id)
    if (!task || !isActive(task)) return
    await sleep(waitMs)
  }
  throw new Failure('database_error', `RDS task ${id} does not end.`, { retryable: true })
}

/** Waits longer every time; throws once the signal has aborted, or the time that the settings give is up. */
function waiting({ settings, operation: { signal } }: CopyWork): () => Promise<void> {
  const deadline = Date.now() + settings.statementTimeoutMs
  let waitMs = firstWaitMs
  return async () => {
    if (Date.now() >= deadline)
      throw new Failure('step_timeout', 'The backup or restore takes longer than it may.', { retryable: true })
    await sleep(waitMs, undefined, { signal }).catch(() => {
      throw stopped(signal)
    })
    waitMs = Math.min(waitMs * 2, longestWaitMs)
  }
}
