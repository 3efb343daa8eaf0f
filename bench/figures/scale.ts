import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { measureInTurn, summarise, type Figure, type Round } from '../report/figure.js'
import { median, rounded } from '../report/statistics.js'
import { startProduct, tenant, type Product } from '../stack/start-product.js'
import { applyLoad } from './load.js'
import type { Measure } from './bench.js'

/** How much is on record. */
const few = { instances: 50, jobs: 50 }
const many = { instances: 2_000, jobs: 5_000 }

/** What is asked for, by what it is called, with as many items in the answer on both sides; `batch` is the one that all jobs belong to. */
const requests: Record<string, (batch: string) => string> = {
  'list of jobs': () => '/v1/jobs',
  'failed jobs of a tenant': () => `/v1/jobs?status=failed&tenant=${tenant}&limit=1`,
  'list of instances': () => '/v1/instances',
  'instances by label and status': () => `/v1/instances?status=active&label.district=7&tenant=${tenant}&limit=1`,
  'a batch': (batch) => `/v1/batches/${batch}`,
  'jobs of a batch': (batch) => `/v1/batches/${batch}/jobs`,
}

/** (h) Lists, filters and a batch's status with much on record, against the same with little. */
export const measureScale: Measure = async ({ services, settings, say }) => {
  const product = await startProduct(services, { queue: 'redis', maxConcurrency: settings.maxConcurrency })
  try {
    await product.stopWorker()
    const costs: Record<'floor' | 'ours', Record<string, number>[]> = { floor: [], ours: [] }
    const measure = async (side: 'floor' | 'ours', round: number): Promise<number> => {
      const amount = side === 'ours' ? many : few
      const batch = await fill(product, amount)
      await services.settle()
      const cost: Record<string, number> = {}
      for (const [name, path] of Object.entries(requests)) {
        const { perSecond } = await applyLoad(
          {
            url: `${product.api.url}${path(batch)}`,
            method: 'GET',
            headers: { authorization: `Bearer ${product.api.token}` },
          },
          { connections: 2, seconds: settings.quick ? 1 : 3 },
        )
        cost[name] = 2000 / perSecond
      }
      costs[side].push(cost)
      const sum = Object.values(cost).reduce((total, each) => total + each, 0)
      say(`h: round ${round}, ${amount.jobs} jobs and ${amount.instances} instances: ${sum.toFixed(1)} ms for all`)
      return sum
    }
    await measureInTurn(settings.rounds, {
      floor: (round) => measure('floor', round),
      ours: (round) => measure('ours', round),
    })
    return Object.keys(requests).map((name) => figureOf(name, costs))
  } finally {
    await product.stop()
    await services.dropInstances()
  }
}

function figureOf(name: string, costs: Record<'floor' | 'ours', Record<string, number>[]>): Figure {
  const rounds: Round[] = costs.ours.map((cost, round) => {
    const ours = cost[name] ?? 0
    const floor = costs.floor[round]?.[name] ?? 0
    return { ours, floor, ratio: ours / floor }
  })
  const milliseconds = rounded(median(rounds.map(({ ours }) => ours)))
  return summarise(
    {
      id: `scale-${name.replaceAll(' ', '-')}`,
      title: `h  ${name}`,
      unit: 'ms',
      floorIs: `the same with ${few.jobs} jobs and ${few.instances} instances on record`,
      target: { of: 'ratio', atMost: 1.5 },
      why: `${milliseconds} ms per answer with ${many.jobs} jobs and ${many.instances} instances`,
    },
    rounds,
  )
}

/** Puts instances and finished jobs on record, as if they had been made and run; gives the batch of the jobs. */
async function fill(product: Product, amount: typeof few): Promise<string> {
  await product.clear()
  const client = new pg.Client({ connectionString: product.controlUrl })
  await client.connect()
  const batch = randomUUID()
  try {
    await client.query(
      `INSERT INTO batches (id, operation, total, options, tenants, requested_by) VALUES ($1, 'instance.create', $2, '{}', ARRAY[$3], 'bench')`,
      [batch, amount.jobs, tenant],
    )
    await client.query(
      `INSERT INTO instances (id, tenant, environment_id, admin_tenant, server_id, name, status, instance_type, contexts, labels, template_name,
         database_name, parameters, parameters_hash, ods_instance_id, health_status, health_checked_at)
       SELECT gen_random_uuid(), t.name, t.environment_id, t.admin_tenant, s.id, 'Scale ' || i, 'active', 'ods', '{}',
         jsonb_build_object('district', (i % 40)::text, 'schoolYear', '2026'), 'minimal', 'Scale_' || i, '{}', '', i, 'healthy', now()
       FROM tenants t, (SELECT id FROM database_servers ORDER BY name LIMIT 1) s, generate_series(1, $2::integer) AS i WHERE t.name = $1`,
      [tenant, amount.instances],
    )
    await client.query(
      `INSERT INTO jobs (id, type, definition_version, status, tenant, instance_id, environment_id, server_id, engine, batch_id, ref, parameters,
         progress, error, requested_by, started_at, finished_at)
       SELECT gen_random_uuid(), 'instance.create', 2, CASE WHEN n % 25 = 0 THEN 'failed' ELSE 'succeeded' END, i.tenant, i.id, i.environment_id,
         i.server_id, 'postgresql', $1, n::text, '{}', 100, NULL, 'bench', now() - interval '1 minute', now()
       FROM generate_series(1, $2::integer) AS n JOIN
         (SELECT *, row_number() OVER (ORDER BY number) AS place FROM instances) AS i ON i.place = 1 + n % $3`,
      [batch, amount.jobs, amount.instances],
    )
    await client.query(
      `INSERT INTO batch_items (batch_id, position, ref, tenant, instance_id, job_id, outcome)
       SELECT batch_id, ref::integer - 1, ref, tenant, instance_id, id, 'job' FROM jobs WHERE batch_id = $1`,
      [batch],
    )
    await client.query(
      `INSERT INTO job_steps (job_id, position, name, status, started_at, finished_at)
       SELECT jobs.id, s.place - 1, s.name, 'succeeded', now(), now() FROM jobs,
         unnest(ARRAY['reserve-name', 'create-database', 'seed', 'verify-database', 'register', 'verify-registration', 'notify-ods-api',
           'issue-credentials']) WITH ORDINALITY AS s (name, place)`,
    )
    await client.query('ANALYZE')
  } finally {
    await client.end()
  }
  return batch
}
