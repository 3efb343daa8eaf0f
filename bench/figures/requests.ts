import { startBare, type Bare } from '../bare/start-bare.js'
import { measureInTurn, summarise, type Figure } from '../report/figure.js'
import { median, rounded } from '../report/statistics.js'
import { startProduct, tenant, type Product } from '../stack/start-product.js'
import { applyLoad, type LoadRequest, type LoadResult } from './load.js'
import type { Bench, Measure } from './bench.js'

/** (b) Requests for instances per second, while no worker runs, against one insert and one queue entry. */
export const measureCreateRequests: Measure = (bench) =>
  withBoth(bench, async (product, bare) => {
    let number = 0
    const name = () => `Instance ${++number}`
    const figure = await compare(bench, 'b', {
      about: {
        id: 'post-instances',
        title: 'b  POST /v1/instances',
        floorIs: 'Express route with one INSERT and one BullMQ add',
      },
      floor: { url: `${bare.url}/jobs`, method: 'POST', body: () => ({ tenant, name: name() }) },
      ours: {
        url: `${product.api.url}/v1/instances`,
        method: 'POST',
        headers: { authorization: `Bearer ${product.api.token}` },
        body: () => ({ tenant, name: name() }),
      },
      // Rows of earlier rounds would make later ones slower.
      before: async () => {
        await Promise.all([product.clear(), bare.clear()])
        await bench.services.settle()
      },
    })
    return [figure]
  })

/** (c) Looks at a job per second against one select by primary key. */
export const measureJobRequests: Measure = (bench) =>
  withBoth(bench, async (product, bare) => {
    const { job } = await product.api.create({ tenant, name: 'Polled' })
    const { rows } = await bare.database.query<{ id: string }>(
      `INSERT INTO bare_jobs (id, tenant, name, body) VALUES (gen_random_uuid(), $1, 'Polled', '{}') RETURNING id`,
      [tenant],
    )
    const figure = await compare(bench, 'c', {
      about: {
        id: 'get-job',
        title: 'c  GET /v1/jobs/{id}',
        floorIs: 'Express route with one select by primary key',
      },
      floor: { url: `${bare.url}/jobs/${rows[0]?.id ?? ''}`, method: 'GET' },
      ours: {
        url: `${product.api.url}/v1/jobs/${job.id}`,
        method: 'GET',
        headers: { authorization: `Bearer ${product.api.token}` },
      },
      before: () => bench.services.settle(),
    })
    return [figure]
  })

async function withBoth(
  { services, settings }: Bench,
  work: (product: Product, bare: Bare) => Promise<Figure[]>,
): Promise<Figure[]> {
  const product = await startProduct(services, { queue: 'redis', maxConcurrency: settings.maxConcurrency })
  const bare = await startBare(services, { queue: 'redis', withWorker: false })
  try {
    await product.stopWorker()
    await product.clear()
    return await work(product, bare)
  } finally {
    await Promise.all([product.stop(), bare.stop()])
    await services.dropInstances()
  }
}

async function compare(
  { settings, say }: Bench,
  key: string,
  sides: {
    about: Pick<Figure, 'id' | 'title' | 'floorIs'>
    floor: LoadRequest
    ours: LoadRequest
    before: () => Promise<void>
  },
): Promise<Figure> {
  const { connections, seconds } = settings
  const results: Record<'floor' | 'ours', LoadResult[]> = { floor: [], ours: [] }
  for (const side of [sides.floor, sides.ours]) await applyLoad(side, { connections, seconds: 1 })
  const run = async (side: 'floor' | 'ours', round: number) => {
    await sides.before()
    const result = await applyLoad(sides[side], { connections, seconds })
    results[side].push(result)
    say(`${key}: round ${round}, ${side}: ${Math.round(result.perSecond)} requests/s`)
    return result.perSecond
  }
  const rounds = await measureInTurn(settings.rounds, {
    floor: (round) => run('floor', round),
    ours: (round) => run('ours', round),
  })
  const of = (side: 'floor' | 'ours', pick: (result: LoadResult) => number) => rounded(median(results[side].map(pick)))
  const details = {
    connections,
    'ours median ms': of('ours', (result) => result.medianMs),
    'ours p99 ms': of('ours', (result) => result.p99Ms),
    'floor median ms': of('floor', (result) => result.medianMs),
    'floor p99 ms': of('floor', (result) => result.p99Ms),
  }
  return summarise(
    {
      ...sides.about,
      unit: 'requests/s',
      target: { of: 'ratio', atLeast: 0.5 },
      why: `${connections} connections, median ${details['ours median ms']} ms against ${details['floor median ms']} ms`,
    },
    rounds,
    details,
  )
}
