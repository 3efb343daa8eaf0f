import {
  adoptionOf,
  lockOpenFinding,
  recordResolution,
  requestAdoption,
  requestReconciliation,
  requestResolution,
  type ReconciliationBody,
  type RequestOrigin,
  type ResolutionBody,
} from '@edfi-tenants/jobs'
import {
  listFindings,
  readReconciliation,
  type FindingRow,
  type JobRow,
  type ReconciliationSummary,
} from '@edfi-tenants/store'
import { createAdminApiClient } from '@edfi-tenants/admin-api'
import { expect } from 'chai'
import pg from 'pg'
import { origin, type JobStack } from '../../support/job-stack.js'

/** What a comparison has found. */
export interface Compared {
  id: string
  summary: ReconciliationSummary
  findings: FindingRow[]
}

/** Compares, to the end. */
export async function compare(
  stack: JobStack,
  body: ReconciliationBody = {},
  asker: RequestOrigin = origin,
): Promise<Compared> {
  const { job, reconciliation } = await stack.store.database.transaction((database) =>
    requestReconciliation(database, body, asker),
  )
  stack.ringer.request()
  const ended = await stack.waitForJob(job.id)
  expect(ended.error, JSON.stringify(ended.steps)).to.equal(null)
  const row = await readReconciliation(stack.store.database, reconciliation.id, '*')
  if (!row?.summary) throw new Error('The reconciliation has not ended.')
  return { id: row.id, summary: row.summary, findings: await listFindings(stack.store.database, row.id) }
}

const policy = { allowDelete: true, maxDeletesPerHour: null }

/** Asks for a finding to be resolved; the job that was written. */
export async function resolve(
  stack: JobStack,
  { id }: Compared,
  finding: FindingRow,
  body: ResolutionBody,
): Promise<JobRow> {
  const { store } = stack
  const adminApi = createAdminApiClient({})
  try {
    if (body.action === 'adopt') {
      let locked: FindingRow | undefined
      const { job } = await requestAdoption(
        { store, adminApi },
        { ...origin, ...adoptionOf(finding, body), reservedDatabaseNames: [], signal: AbortSignal.timeout(10_000) },
        async (database, answer) => {
          locked = await lockOpenFinding(database, id, finding.id, body, origin, policy)
          await recordResolution(database, locked, 'adopt', origin, answer.job)
        },
      )
      stack.ringer.request()
      return job
    }
    const job = await store.database.transaction(async (database) => {
      const locked = await lockOpenFinding(database, id, finding.id, body, origin, policy)
      return requestResolution(database, locked, body, origin, policy)
    })
    stack.ringer.request()
    return job
  } finally {
    await adminApi.close()
  }
}

/** Calls Admin API past us, as somebody else would. */
export async function callAdminApi(
  stack: JobStack,
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; location: string | null; body: unknown }> {
  const response = await fetch(`${stack.simulator.url}/v2${path}`, {
    method,
    headers: {
      tenant: 'district-one',
      authorization: `Bearer ${await stack.simulator.issueToken()}`,
      'content-type': 'application/json',
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await response.text()
  return {
    status: response.status,
    location: response.headers.get('location'),
    body: text === '' ? null : (JSON.parse(text) as unknown),
  }
}

/** Registers something with Admin API past us; its id. */
export async function registerByHand(stack: JobStack, name: string): Promise<number> {
  const { status, location } = await callAdminApi(stack, 'POST', '/odsInstances', {
    name,
    instanceType: 'ByHand',
    connectionString: 'host=elsewhere;port=5432;username=u;password=p;database=EdFi_Ods_Elsewhere;',
  })
  expect(status).to.equal(201)
  return Number(location?.split('/').at(-1))
}

/** Runs statements on the stack's server past us. */
export async function onServer(stack: JobStack, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: stack.serverUrl })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

/** What a database of the stack's server is commented with. */
export async function commentOf(stack: JobStack, databaseName: string): Promise<string | null> {
  const client = new pg.Client({ connectionString: stack.serverUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ comment: string | null }>(
      `select shobj_description(oid, 'pg_database') as comment from pg_database where datname = $1`,
      [databaseName],
    )
    if (!rows[0]) throw new Error(`There is no database ${databaseName}.`)
    return rows[0].comment
  } finally {
    await client.end()
  }
}
