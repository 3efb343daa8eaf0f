import { Failure, type Json } from '@edfi-tenants/core'
import type { DatabaseSource, Operation, Server } from '@edfi-tenants/provisioner'
import {
  existsNumbers,
  findDatabase,
  hasNumber,
  insteadOf,
  isTimeout,
  patiently,
  quoteName,
  type FoundDatabase,
  type Session,
  type Settings,
} from '@edfi-tenants/provisioner-mssql'
import { asSqlServer, readAzureSettings, type AzureSettings } from './settings.js'
import { waitUntilOnline } from './wait-until-online.js'
import { watchCopy } from './watch-copy.js'

/** What a copy is made with. */
export interface CopyWork {
  server: Server
  settings: Settings
  session: Session
  operation: Operation
}

/** A template's entry; fails with `settings_invalid`. */
export function readTemplate(template: Json): { database: string } {
  const { database } = (typeof template === 'object' && template !== null ? template : {}) as Record<string, unknown>
  if (typeof database === 'string') return { database }
  throw new Failure('settings_invalid', 'A template of this database server must name a database.')
}

/** Makes a database of what it is to start from, and waits until it is online. */
export async function copySource(work: CopyWork, source: DatabaseSource, name: string): Promise<void> {
  const { server, settings, session, operation } = work
  const from = await findSource(session, source)
  await operation.fence()
  try {
    await watchCopy(asSqlServer(server), name, operation, () =>
      patiently(settings, operation.signal, () =>
        session.batch(createStatement(name, from?.name ?? null, readAzureSettings(server))),
      ),
    )
  } catch (error) {
    // A copy outlasts the statement that began it; how long it may take is for the job to say.
    if (isTimeout(error) && from !== null) return waitUntilOnline(work, name)
    // Only we make such names, and what was left of it has been removed: a try before this one had begun it after all.
    if (!hasNumber(error, existsNumbers)) throw explain(error)
  }
  await waitUntilOnline(work, name)
}

/** https://learn.microsoft.com/sql/t-sql/statements/create-database-transact-sql?view=azuresqldb-current */
function createStatement(name: string, from: string | null, { serviceObjective, elasticPool }: AzureSettings): string {
  const wanted = elasticPool
    ? ` (service_objective = elastic_pool(name = ${quoteName(elasticPool)}))`
    : serviceObjective
      ? ` (service_objective = '${serviceObjective}')`
      : ''
  return `create database ${quoteName(name)}${from === null ? '' : ` as copy of ${quoteName(from)}`}${wanted}`
}

async function findSource(session: Session, source: DatabaseSource): Promise<FoundDatabase | null> {
  if (source.kind === 'template') {
    const found = await findDatabase(session, readTemplate(source.template).database)
    if (!found) throw new Failure('template_missing', 'There is no database with the template’s name.')
    if (found.state !== 'online') throw new Failure('template_busy', 'The template is not online.', { retryable: true })
    return found
  }
  if (source.kind !== 'copy') return null
  const found = await findDatabase(session, source.databaseName)
  if (!found) throw new Failure('database_missing', 'The database to copy is not on the server.')
  if ((source.identity ?? found.identity) !== found.identity)
    throw new Failure('not_our_database', 'The database to copy is another one than the one on record.')
  if (found.state !== 'online') throw new Failure('database_error', 'The database to copy is not online.')
  return found
}

/** 40565: another copy of the same source is on its way; the others: source or target was not there for the moment. */
const explain = (error: unknown): Failure =>
  insteadOf(error, [40565, 40568], 'template_busy', 'The server cannot copy this database now.', true)
