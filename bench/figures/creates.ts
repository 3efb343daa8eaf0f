import type { Job } from '@edfi-tenants/contract'
import { measureInTurn, summarise, type Figure } from '../report/figure.js'
import { median, rounded } from '../report/statistics.js'
import type { TemplateSize } from '../stack/build-template.js'
import { serverNames, startProduct, tenant, type Product } from '../stack/start-product.js'
import type { Bench, Measure } from './bench.js'
import { cloneRaw } from './clone-raw.js'

/** (a) Creates through the API, from the first request to the last job's end, against nothing but the clones. */
export const measureCreates: Measure = async (bench) => {
  const { services, settings } = bench
  const product = await startProduct(services, { queue: 'redis', maxConcurrency: settings.maxConcurrency })
  try {
    return [
      await measureTemplate(bench, product, 'large', 'shared'),
      await measureTemplate(bench, product, 'large', 'perInstance'),
      await measureTemplate(bench, product, 'minimal', 'shared'),
    ]
  } finally {
    await product.stop()
    await services.dropInstances()
  }
}

type LoginKind = keyof typeof serverNames

async function measureTemplate(bench: Bench, product: Product, size: TemplateSize, login: LoginKind): Promise<Figure> {
  const { services, settings, say } = bench
  const { creates, maxConcurrency } = settings
  say(`a: ${size} template, ${login} login`)
  const template = await services.template(size)
  const tables = size === 'large' ? '741 tables' : 'minimal template'
  const logins = login === 'shared' ? 'shared login' : 'a login each'
  const jobs: Job[] = []

  /** Whatever the last round left to be written is written, and nothing of it is measured. */
  const prepare = async () => {
    await services.dropInstances()
    await services.settle()
  }
  await cloneRaw(services, template, 1, 1)
  await createAll(product, { count: 1, size, login, prefix: 'first' })

  const rounds = await measureInTurn(settings.rounds, {
    async floor(round) {
      await prepare()
      const seconds = await cloneRaw(services, template, creates, maxConcurrency)
      say(`a: ${size}, round ${round}: ${creates} clones took ${seconds.toFixed(2)} s`)
      return seconds
    },
    async ours(round) {
      await prepare()
      const done = await createAll(product, { count: creates, size, login, prefix: `r${round}` })
      jobs.push(...done.jobs)
      say(`a: ${size}, round ${round}: ${creates} creates took ${done.seconds.toFixed(2)} s`)
      return done.seconds
    },
  })
  await prepare()
  return summarise(
    {
      id: `creates-${size}-${login === 'shared' ? 'shared-login' : 'own-logins'}`,
      title: `a  ${creates} creates, ${tables}, ${logins}`,
      unit: 's',
      floorIs: `CREATE DATABASE … TEMPLATE … STRATEGY WAL_LOG on ${maxConcurrency} open connections`,
      ...(size === 'large' && login === 'shared' ? { target: { of: 'ratio', atMost: 1.15 } as const } : {}),
      why: whereTimeGoes(jobs),
    },
    rounds,
    stepDurations(jobs),
  )
}

/** Asks for all at once. The end is the last job's own, so how often we look makes no difference. */
async function createAll(
  product: Product,
  options: { count: number; size: TemplateSize; login: LoginKind; prefix: string },
): Promise<{ seconds: number; jobs: Job[] }> {
  const { count, size, login, prefix } = options
  const began = Date.now()
  const accepted = await Promise.all(
    Array.from({ length: count }, (_, number) =>
      product.api.create({
        tenant,
        name: `${size} ${login} ${prefix} ${number}`,
        template: size,
        server: serverNames[login],
      }),
    ),
  )
  const jobs: Job[] = []
  for (const { job } of accepted) jobs.push(await product.api.waitForJob(job.id))
  const ended = Math.max(...jobs.map((job) => Date.parse(job.finishedAt ?? '')))
  return { seconds: (ended - began) / 1000, jobs }
}

/** Median milliseconds of each step, and of the whole job from its start. */
function stepDurations(jobs: readonly Job[]): Record<string, number> {
  const names = jobs[0]?.steps.map((step) => step.name) ?? []
  const durations = (name: string) =>
    jobs.flatMap((job) => job.steps.find((step) => step.name === name)?.durationMs ?? [])
  const whole = jobs.map((job) => Date.parse(job.finishedAt ?? '') - Date.parse(job.startedAt ?? ''))
  return {
    ...Object.fromEntries(
      names.flatMap((name) => (durations(name).length > 0 ? [[`${name} ms`, rounded(median(durations(name)))]] : [])),
    ),
    'job ms': rounded(median(whole)),
  }
}

function whereTimeGoes(jobs: readonly Job[]): string {
  const { 'job ms': whole = 0, 'create-database ms': copying = 0 } = stepDurations(jobs)
  return `a job takes ${whole} ms, ${copying} ms of it create-database`
}
