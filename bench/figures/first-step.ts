import { setTimeout as pause } from 'node:timers/promises'
import type { Job } from '@edfi-tenants/contract'
import { startBare, type Bare } from '../bare/start-bare.js'
import { makeRound, summarise, type Figure, type Round } from '../report/figure.js'
import { median, percentile, rounded } from '../report/statistics.js'
import { startProduct, tenant, type Product, type QueueKind } from '../stack/start-product.js'
import type { Bench, Measure } from './bench.js'

/** (d) How soon a job starts that nothing stands before: from the 202, and from the row, to the first step's start. */
export const measureFirstStep: Measure = async (bench) => {
  const figures: Figure[] = []
  if (bench.services.redisUrl !== null) figures.push(...(await measureQueue(bench, 'redis')))
  figures.push(...(await measureQueue(bench, 'postgres')))
  return figures
}

/** Milliseconds by the one clock that all processes of this machine have. */
interface Delay {
  /** From the arrival of the 202; less than nothing when the step was quicker than the answer. */
  sinceAnswer: number
  /** From the time in the row. */
  sinceRow: number
}

async function measureQueue({ services, settings, say }: Bench, queue: QueueKind): Promise<Figure[]> {
  const product = await startProduct(services, { queue, maxConcurrency: settings.maxConcurrency })
  const bare = await startBare(services, { queue, withWorker: true })
  try {
    await postBare(bare)
    const ours: Delay[] = []
    const floor: Delay[] = []
    const rounds: Record<keyof Delay, Round[]> = { sinceAnswer: [], sinceRow: [] }
    for (let round = 1; round <= settings.rounds; round++) {
      const turn = { ours: [] as Delay[], floor: [] as Delay[] }
      // One of each in turn, at moments that have nothing to do with anybody's timers.
      for (let number = 1; number <= settings.singles; number++) {
        await pause(20 + Math.random() * 200)
        turn.floor.push(await postBare(bare))
        await pause(20 + Math.random() * 200)
        turn.ours.push(await createOne(product, `Single ${round} ${number}`))
      }
      for (const key of ['sinceAnswer', 'sinceRow'] as const)
        rounds[key].push(
          makeRound(median(turn.ours.map((delay) => delay[key])), median(turn.floor.map((delay) => delay[key]))),
        )
      ours.push(...turn.ours)
      floor.push(...turn.floor)
      say(`d: ${queue}, round ${round}: ${rounds.sinceAnswer.at(-1)?.ours ?? ''} ms after the 202`)
      await services.dropInstances()
    }
    const figure = (key: keyof Delay, what: string, wanted: boolean) => {
      const p95 = (delays: Delay[]) =>
        rounded(
          percentile(
            delays.map((delay) => delay[key]),
            0.95,
          ),
        )
      return summarise(
        {
          id: `first-step-${queue}-${key === 'sinceAnswer' ? 'after-202' : 'after-row'}`,
          title: `d  ${what} → first step, ${queue === 'redis' ? 'Redis' : 'PostgreSQL queue'}`,
          unit: 'ms',
          floorIs: 'Express route with one INSERT and one BullMQ add, BullMQ worker with one UPDATE',
          ...(wanted ? { target: { of: 'value', atMost: 30 } as const } : {}),
          why: `p95 ${p95(ours)} against ${p95(floor)} over ${ours.length} creates`,
        },
        rounds[key],
        { 'ours p95': p95(ours), 'floor p95': p95(floor) },
      )
    }
    return [figure('sinceAnswer', '202', queue === 'redis'), figure('sinceRow', 'row', false)]
  } finally {
    await Promise.all([product.stop(), bare.stop()])
    await services.dropInstances()
  }
}

/** Waits for the job's end too, so that the next one finds nobody at work. */
async function createOne({ api }: Product, name: string): Promise<Delay> {
  const { job } = await api.create({ tenant, name, template: 'empty' })
  const answeredAt = Date.now()
  const ended = await api.waitForJob(job.id)
  const startedAt = firstStart(ended)
  return { sinceAnswer: startedAt - answeredAt, sinceRow: startedAt - Date.parse(ended.createdAt) }
}

const firstStart = (job: Job): number => Date.parse(job.steps[0]?.startedAt ?? '')

async function postBare(bare: Bare): Promise<Delay> {
  const response = await fetch(`${bare.url}/jobs`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ tenant, name: 'Single' }),
  })
  const { id } = (await response.json()) as { id: string }
  const answeredAt = Date.now()
  for (;;) {
    const { rows } = await bare.database.query<{ created: number; started: number | null }>(
      `SELECT extract(epoch FROM created_at)::float8 * 1000 AS created, extract(epoch FROM started_at)::float8 * 1000 AS started
       FROM bare_jobs WHERE id = $1`,
      [id],
    )
    const row = rows[0]
    if (row?.started != null) return { sinceAnswer: row.started - answeredAt, sinceRow: row.started - row.created }
    if (Date.now() - answeredAt > 30_000) throw new Error('The bare job has not been started.')
    await pause(20)
  }
}
