import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '@edfi-tenants/core'
import type { Operation } from '@edfi-tenants/provisioner'
import { isRefusal, patiently, stopped, type Session } from '@edfi-tenants/provisioner-mssql'
import type { CopyWork } from './copy-source.js'
import { readAzureSettings } from './settings.js'

interface Row {
  state: string
  percent?: number | null
  code?: number | null
  description?: string | null
}

/** https://learn.microsoft.com/sql/relational-databases/system-dynamic-management-views/sys-dm-database-copies-azure-sql-database */
const withProgress = `select d.state_desc as state, c.percent_complete as [percent], c.error_code as code, c.error_desc as description
from sys.databases d left join sys.dm_database_copies c on c.database_id = d.database_id where d.name = @name`

const stateOnly = 'select state_desc as state from sys.databases where name = @name'

/** States out of which a database does not come by itself; a failed copy is SUSPECT. */
const failed = ['SUSPECT', 'OFFLINE', 'EMERGENCY', 'RECOVERY_PENDING']

/**
 * Waits until a new database takes connections: CREATE DATABASE … AS COPY OF may return before the copy is complete, and
 * ending it does not end the copy (https://learn.microsoft.com/azure/azure-sql/database/database-copy). Says how far it is where the login may know.
 * Ends with the operation's signal; how long a copy may take is for the job to say.
 */
export async function waitUntilOnline(
  { server, session, settings, operation: { signal, progress } }: CopyWork,
  name: string,
): Promise<void> {
  const { pollIntervalMs } = readAzureSettings(server)
  let text = withProgress
  for (;;) {
    const row = await patiently(settings, signal, () => look(session, name, text))
    if (row === 'refused') {
      text = stateOnly
      continue
    }
    if (!row) throw new Failure('database_missing', 'The copy was removed before it was finished.', { retryable: true })
    const state = row.state.toUpperCase()
    if (failed.includes(state) || (row.code ?? 0) > 0) throw giveUp(row)
    if (state === 'ONLINE') return
    say(row, progress)
    await sleep(pollIntervalMs, undefined, { signal }).catch(() => {
      throw stopped(signal)
    })
  }
}

/** What is said of a copy while another connection waits for it. */
export async function sayHowFar(session: Session, name: string, progress: Operation['progress']): Promise<void> {
  const [row] = await session.query<Row>(withProgress, { name })
  if (row) say(row, progress)
}

function say({ percent }: Row, progress: Operation['progress']): void {
  if (percent) progress(Math.round(percent * 0.75), 'copying')
}

/** The progress of copies may be seen by few; `refused` where this login is not one of them. */
async function look(session: Session, name: string, text: string): Promise<Row | 'refused' | undefined> {
  try {
    return (await session.query<Row>(text, { name }))[0]
  } catch (error) {
    if (text === stateOnly || !isRefusal(error)) throw error
    return 'refused'
  }
}

/** What the server says of it is kept with the failure, not shown. */
const giveUp = ({ state, code, description }: Row): Failure =>
  new Failure('database_error', `The server gave up the copy (${code ? `error ${code}` : `state ${state}`}).`, {
    retryable: true,
    cause: new Error(description ?? state),
  })
