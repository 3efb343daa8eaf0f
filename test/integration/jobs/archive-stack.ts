import { readdirSync } from 'node:fs'
import { requestArchive, requestCreateInstance, restoreSource, cloneSource, type CloneOrder } from '@edfi-tenants/jobs'
import { readArchive, readInstance, type ArchiveRow, type InstanceRow, type JobRow } from '@edfi-tenants/store'
import { expect } from 'chai'
import pg from 'pg'
import { databasesLike } from '../../support/killed-workers.js'
import { origin, type JobStack } from '../../support/job-stack.js'

/** The address of a database on the stack's server. */
export function urlOf(stack: JobStack, databaseName: string): string {
  const url = new URL(stack.serverUrl)
  url.pathname = `/${databaseName}`
  return url.href
}

/** Asks a database on the stack's server. */
export async function ask<Row extends object>(stack: JobStack, databaseName: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: urlOf(stack, databaseName) })
  await client.connect()
  try {
    return (await client.query<Row>(sql)).rows
  } finally {
    await client.end()
  }
}

/** A session on a database, as ODS/API would have one; says whether it was ended from outside. */
export async function openSession(
  stack: JobStack,
  databaseName: string,
): Promise<{ wasEnded: () => boolean; close: () => Promise<void> }> {
  const client = new pg.Client({ connectionString: urlOf(stack, databaseName) })
  let ended = false
  client.on('error', () => (ended = true))
  await client.connect()
  return { wasEnded: () => ended, close: () => client.end().catch(() => undefined) }
}

/** An active instance with a few students in it. */
export async function makeInstance(stack: JobStack, name: string, students = 3): Promise<InstanceRow> {
  const { job, instance } = await stack.create({
    name,
    server: 'local',
    contexts: { schoolYearFromRoute: '2026' },
    labels: { a: 'b' },
  })
  expect(await stack.waitForJob(job.id)).to.include({ status: 'succeeded' })
  const made = await stack.instance(instance.id)
  await ask(
    stack,
    made.databaseName,
    `insert into edfi.student (studentusi, birthdate, firstname, lastsurname, studentuniqueid, createdate, lastmodifieddate, id)
     select n, '2010-01-01', 'Ada', 'Lovelace', 'added-' || n, now(), now(), gen_random_uuid()
     from generate_series(900001, 900000 + ${students}) as n`,
  )
  return made
}

export const countStudents = async (stack: JobStack, databaseName: string): Promise<number> =>
  Number((await ask<{ count: string }>(stack, databaseName, 'select count(*) from edfi.student'))[0]?.count)

/** Archives an instance to the end; the job's archive is null when none was begun. */
export async function archive(
  stack: JobStack,
  instance: InstanceRow,
  order: Parameters<typeof requestArchive>[3] = {},
): Promise<{ job: JobRow; archive: ArchiveRow | null }> {
  const { job } = await stack.store.database.transaction((database) =>
    requestArchive(database, instance.id, origin, order),
  )
  stack.ringer.request()
  const ended = await stack.waitForJob(job.id)
  const [row] = await stack.store.database.query<{ id: string }>('SELECT id FROM archives WHERE job_id = $1', [job.id])
  return { job: ended, archive: row ? await readArchive(stack.store.database, row.id, '*') : null }
}

/** The same, which must have succeeded. */
export async function archived(
  stack: JobStack,
  instance: InstanceRow,
  order: Parameters<typeof requestArchive>[3] = {},
): Promise<ArchiveRow> {
  const { job, archive: row } = await archive(stack, instance, order)
  expect(job.error).to.equal(null)
  if (!row) throw new Error('There is no archive.')
  return row
}

/** Restores an archive as a new instance, to the end. */
export async function restore(
  stack: JobStack,
  from: ArchiveRow,
  body: { name: string; server?: string; contexts?: Record<string, string> },
): Promise<{ job: JobRow; instance: InstanceRow }> {
  const taken = await requestCreateInstance(stack.store, {
    ...origin,
    body: { tenant: 'district-one', ...body },
    from: restoreSource(from),
    reservedDatabaseNames: [],
  })
  stack.ringer.request()
  return { job: await stack.waitForJob(taken.job.id), instance: await stack.instance(taken.instance.id) }
}

/** Clones an instance, to the end. */
export async function clone(
  stack: JobStack,
  sourceId: string,
  body: { name: string; server?: string; contexts?: Record<string, string> },
  order: CloneOrder = {},
): Promise<{ job: JobRow; instance: InstanceRow }> {
  const source = await readInstance(stack.store.database, sourceId, '*')
  if (!source) throw new Error('There is no such instance.')
  const taken = await requestCreateInstance(stack.store, {
    ...origin,
    body: { tenant: 'district-one', ...body },
    from: await cloneSource(stack.store.database, source, order),
    reservedDatabaseNames: [],
  })
  stack.ringer.request()
  return { job: await stack.waitForJob(taken.job.id), instance: await stack.instance(taken.instance.id) }
}

/** Files in the stack's archive storage. */
export const storedFiles = (stack: JobStack): string[] =>
  readdirSync(stack.workerEnvironment['ARCHIVE_DIR'] ?? '').sort()

/** Databases of ours on the stack's server that an id stands in the name of. */
export const workingDatabases = async (stack: JobStack, id: string): Promise<string[]> =>
  (await databasesLike(stack.serverUrl, 'tm\\_%')).filter((name) => name.includes(id))
