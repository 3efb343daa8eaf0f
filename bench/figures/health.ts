import type { Batch, Job } from '@edfi-tenants/contract'
import pg from 'pg'
import { urlFor } from '../../scripts/reference/logins.js'
import { measureInTurn, summarise } from '../report/figure.js'
import { median, rounded } from '../report/statistics.js'
import type { ApiClient } from '../stack/api-client.js'
import type { Services } from '../stack/services.js'
import { startProduct, tenant } from '../stack/start-product.js'
import type { Measure } from './bench.js'

/** The tables that a health check counts, where an ODS has them. */
const tables = [
  ...['student', 'staff', 'contact', 'educationorganization', 'school', 'localeducationagency', 'section'],
  ...['studentschoolassociation', 'studentsectionassociation', 'staffsectionassociation', 'coursetranscript'],
  ...['staffeducationorganizationassignmentassociation', 'studentschoolattendanceevent', 'descriptor'],
  ...['studentspecialeducationprogramassociation', 'studentdisciplineincidentbehaviorassociation'],
]

/** (f) A health check of all instances of one server, against nothing but connecting and counting, one after the other. */
export const measureHealth: Measure = async (bench) => {
  const { services, settings, say } = bench
  const { healthInstances: count } = settings
  await services.template('minimal')
  const product = await startProduct(services, { queue: 'redis', maxConcurrency: settings.maxConcurrency })
  try {
    const { api } = product
    say(`f: creating ${count} instances`)
    const databases = await createInstances(api, count)
    const query = await countQuery(services, databases[0] ?? '')
    // Sizes are asked for now and then only, and this is the first time.
    const first = await checkAll(api)
    await countRaw(services, databases, query)
    const jobs: Job[] = []
    const rounds = await measureInTurn(settings.rounds, {
      async floor(round) {
        await services.settle()
        const seconds = await countRaw(services, databases, query)
        say(`f: round ${round}: counting ${count} databases took ${seconds.toFixed(2)} s`)
        return seconds
      },
      async ours(round) {
        await services.settle()
        const done = await checkAll(api)
        jobs.push(...done.jobs)
        say(`f: round ${round}: a check of all took ${done.seconds.toFixed(2)} s`)
        return done.seconds
      },
    })
    const step = (name: string): number =>
      rounded(median(jobs.flatMap(({ steps }) => steps.find((each) => each.name === name)?.durationMs ?? [])))
    return [
      summarise(
        {
          id: 'health-sweep',
          title: `f  health of ${count} instances on one server`,
          unit: 's',
          floorIs: 'connecting to each and counting the same tables in one statement, one after the other',
          target: { of: 'ratio', atMost: 1.3 },
          why: `${step('count')} ms of it count`,
        },
        rounds,
        {
          'probe ms': step('probe'),
          'count ms': step('count'),
          'check-registration ms': step('check-registration'),
          'record ms': step('record'),
          'first check, with sizes, s': rounded(first.seconds),
        },
      ),
    ]
  } finally {
    await product.stop()
    await services.dropInstances()
  }
}

async function createInstances(api: ApiClient, count: number): Promise<string[]> {
  const accepted = await Promise.all(
    Array.from({ length: count }, (_, number) => api.create({ tenant, name: `Health ${number}`, template: 'minimal' })),
  )
  for (const { job } of accepted) await api.waitForJob(job.id)
  return accepted.map(({ instance }) => instance.databaseName)
}

/** The count of every table that is there, in one statement. */
async function countQuery(services: Services, databaseName: string): Promise<string> {
  const client = connectTo(services, databaseName)
  await client.connect()
  const { rows } = await client.query<{ name: string }>(
    `SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass('edfi.' || name) IS NOT NULL`,
    [tables],
  )
  await client.end()
  return `SELECT ${rows.map(({ name }) => `(SELECT count(*) FROM edfi.${name}) AS ${name}`).join(', ')}`
}

const connectTo = (services: Services, databaseName: string): pg.Client =>
  new pg.Client({
    connectionString: urlFor(services.postgresUrl, { login: services.logins.registered, database: databaseName }),
  })

async function countRaw(services: Services, databases: readonly string[], query: string): Promise<number> {
  const began = performance.now()
  for (const databaseName of databases) {
    const client = connectTo(services, databaseName)
    await client.connect()
    await client.query(query)
    await client.end()
  }
  return (performance.now() - began) / 1000
}

/** From the request to the end of the last job, which is the job's own. */
async function checkAll(api: ApiClient): Promise<{ seconds: number; jobs: Job[] }> {
  const began = Date.now()
  const { batch } = await api.call<{ batch: Batch }>('POST', '/v1/health-checks', {})
  const listed = await api.call<{ items: Job[] }>('GET', `/v1/batches/${batch.id}/jobs`)
  const jobs: Job[] = []
  for (const { id } of listed.items) jobs.push(await api.waitForJob(id))
  return { seconds: (Math.max(...jobs.map((job) => Date.parse(job.finishedAt ?? ''))) - began) / 1000, jobs }
}
