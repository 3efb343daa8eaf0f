import { setTimeout as pause } from 'node:timers/promises'
import type { Batch, InstanceRequest, Job } from '@edfi-tenants/contract'
import { canReadUsage, readUsage } from '../processes/process-usage.js'
import { measureInTurn, summarise } from '../report/figure.js'
import { median, percentile, rounded } from '../report/statistics.js'
import { startProduct, tenant, type Product } from '../stack/start-product.js'
import type { Measure } from './bench.js'
import { cloneRaw } from './clone-raw.js'

/** What was seen of one batch from outside. */
interface Seen {
  /** From the request to the end of the last job, which is the job's own. */
  seconds: number
  acceptedMs: number
  /** How long looks at a job took meanwhile. */
  looksMs: number[]
}

/** (g) A batch of creates, from the request to the last job's end, against nothing but the clones. */
export const measureBatch: Measure = async ({ services, settings, say }) => {
  const { batchItems: count, maxConcurrency } = settings
  const template = await services.template('minimal')
  const product = await startProduct(services, { queue: 'redis', maxConcurrency })
  const { pid } = product.apiProcess
  const memory = () => (canReadUsage() ? readUsage(pid).residentMb : 0)
  const seen: Seen[] = []
  try {
    const prepare = async () => {
      await services.dropInstances()
      await services.settle()
    }
    await runBatch(product, Math.min(count, 20), 'first')
    const residentBefore = memory()
    const rounds = await measureInTurn(settings.rounds, {
      async floor(round) {
        await prepare()
        const seconds = await cloneRaw(services, template, count, maxConcurrency)
        say(`g: round ${round}: ${count} clones took ${seconds.toFixed(2)} s`)
        return seconds
      },
      async ours(round) {
        await prepare()
        const one = await runBatch(product, count, `round ${round}`)
        seen.push(one)
        say(`g: round ${round}: a batch of ${count} took ${one.seconds.toFixed(2)} s`)
        return one.seconds
      },
    })
    const looks = seen.flatMap(({ looksMs }) => looksMs)
    const accepted = rounded(median(seen.map(({ acceptedMs }) => acceptedMs)))
    return [
      summarise(
        {
          id: 'batch',
          title: `g  a batch of ${count} creates`,
          unit: 's',
          floorIs: `CREATE DATABASE … TEMPLATE … STRATEGY WAL_LOG on ${maxConcurrency} open connections`,
          target: { of: 'ratio', atMost: 1.15 },
          why: `${accepted} ms until the 202`,
        },
        rounds,
        {
          'until the 202 ms': accepted,
          'GET job meanwhile, median ms': rounded(median(looks)),
          'GET job meanwhile, p99 ms': rounded(percentile(looks, 0.99)),
          'API resident before MB': rounded(residentBefore),
          'API resident after MB': rounded(memory()),
        },
      ),
    ]
  } finally {
    await product.stop()
    await services.dropInstances()
  }
}

async function runBatch({ api }: Product, count: number, prefix: string): Promise<Seen> {
  const items: InstanceRequest[] = Array.from({ length: count }, (_, number) => ({
    tenant,
    name: `Batch ${prefix} ${number}`,
    template: 'minimal',
  }))
  const began = Date.now()
  const { batch } = await api.call<{ batch: Batch }>('POST', '/v1/batches', { operation: 'instance.create', items })
  const acceptedMs = Date.now() - began
  const { items: jobs } = await api.call<{ items: Job[] }>('GET', `/v1/batches/${batch.id}/jobs?limit=200`)
  const looksMs: number[] = []
  for (let look = 0; ; look++) {
    const startedAt = performance.now()
    await api.call<Job>('GET', `/v1/jobs/${jobs[look % jobs.length]?.id ?? ''}`)
    looksMs.push(performance.now() - startedAt)
    if (look % 10 === 0) {
      const now = await api.call<Batch>('GET', `/v1/batches/${batch.id}`)
      if (now.finishedAt !== null) {
        if (now.status !== 'succeeded') throw new Error(`The batch has ${now.status}: ${JSON.stringify(now.counts)}`)
        return { seconds: (Date.parse(now.finishedAt) - began) / 1000, acceptedMs, looksMs }
      }
    }
    await pause(50)
  }
}
