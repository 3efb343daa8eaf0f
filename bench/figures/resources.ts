import { startBare } from '../bare/start-bare.js'
import type { NodeProcess } from '../processes/node-process.js'
import { canReadUsage, readUsage, type ProcessUsage } from '../processes/process-usage.js'
import { makeRound, summarise, type Figure, type Round } from '../report/figure.js'
import { median, rounded } from '../report/statistics.js'
import { startProduct, tenant } from '../stack/start-product.js'
import type { Bench, Measure } from './bench.js'

type Side = 'ours' | 'floor'
type Process = 'api' | 'worker'
/** What a process needed for the load of one round. */
interface Need {
  peakMb: number
  residentMb: number
  /** Processor milliseconds per create. */
  processorMs: number
}

/** (e) Memory and processor time of API and worker while many creates come in at once; processes are new every round. */
export const measureResources: Measure = async (bench) => {
  if (!canReadUsage()) throw new Error('this system has no /proc to read memory and processor time from')
  const { settings, say } = bench
  const needs: Record<Process, Record<Side, Need>[]> = { api: [], worker: [] }
  for (let round = 1; round <= settings.rounds; round++) {
    const floor = await loadBare(bench)
    const ours = await loadProduct(bench)
    for (const process of ['api', 'worker'] as const)
      needs[process].push({ ours: ours[process], floor: floor[process] })
    say(
      `e: round ${round}: peaks of ${rounded(ours.api.peakMb)} MB (API) and ${rounded(ours.worker.peakMb)} MB (worker)`,
    )
  }
  return (['api', 'worker'] as const).flatMap((process) => figuresOf(process, needs[process], settings.loadCreates))
}

function figuresOf(process: Process, needs: Record<Side, Need>[], creates: number): Figure[] {
  const name = process === 'api' ? 'API' : 'worker'
  const floorIs = process === 'api' ? 'bare Express process under as many requests' : 'bare BullMQ worker process'
  const roundsOf = (key: keyof Need): Round[] => needs.map(({ ours, floor }) => makeRound(ours[key], floor[key]))
  const resident = rounded(median(needs.map(({ ours }) => ours.residentMb)))
  return [
    summarise(
      {
        id: `memory-${process}`,
        title: `e  ${name}: peak memory`,
        unit: 'MB',
        floorIs,
        target: { of: 'value', atMost: 200 },
        why: `${resident} MB resident at the end of ${creates} creates`,
      },
      roundsOf('peakMb'),
      { 'resident at the end MB': resident },
    ),
    summarise(
      { id: `processor-${process}`, title: `e  ${name}: processor time per create`, unit: 'ms', floorIs },
      roundsOf('processorMs'),
    ),
  ]
}

async function loadProduct({ services, settings }: Bench): Promise<Record<Process, Need>> {
  await services.template('minimal')
  const product = await startProduct(services, { queue: 'redis', maxConcurrency: settings.maxConcurrency })
  try {
    const { api, apiProcess, workerProcess } = product
    return await watch({ api: apiProcess, worker: workerProcess }, settings.loadCreates, async (count) => {
      const accepted = await Promise.all(
        Array.from({ length: count }, (_, number) =>
          api.create({ tenant, name: `Load ${number}`, template: 'minimal' }),
        ),
      )
      for (const { job } of accepted) await api.waitForJob(job.id)
    })
  } finally {
    await product.stop()
    await services.dropInstances()
  }
}

async function loadBare({ services, settings }: Bench): Promise<Record<Process, Need>> {
  const bare = await startBare(services, { queue: 'redis', withWorker: true })
  try {
    return await watch({ api: bare.server, worker: bare.worker }, settings.loadCreates, async (count) => {
      await Promise.all(
        Array.from({ length: count }, async (_, number) => {
          const response = await fetch(`${bare.url}/jobs`, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify({ tenant, name: `Load ${number}` }),
          })
          await response.text()
        }),
      )
    })
  } finally {
    await bare.stop()
  }
}

async function watch(
  processes: Record<Process, NodeProcess | null>,
  count: number,
  work: (count: number) => Promise<void>,
): Promise<Record<Process, Need>> {
  const read = (process: Process): ProcessUsage => readUsage(processes[process]?.pid ?? 0)
  const before = { api: read('api'), worker: read('worker') }
  await work(count)
  const needOf = (process: Process): Need => {
    const { residentMb, peakMb, processorMs } = read(process)
    return { residentMb, peakMb, processorMs: (processorMs - before[process].processorMs) / count }
  }
  return { api: needOf('api'), worker: needOf('worker') }
}
