import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { format, resolveConfig } from 'prettier'
import type { Measure } from './figures/bench.js'
import { measureBatch } from './figures/batch.js'
import { measureCreates } from './figures/creates.js'
import { measureFirstStep } from './figures/first-step.js'
import { measureHealth } from './figures/health.js'
import { measureCreateRequests, measureJobRequests } from './figures/requests.js'
import { measureResources } from './figures/resources.js'
import { measureScale } from './figures/scale.js'
import { readOptions, usage, type FigureKey, type Settings } from './options.js'
import { createReleases } from './releases.js'
import type { Figure, Unmeasured } from './report/figure.js'
import { describeMachine, describeVersions } from './report/machine.js'
import { tableOf } from './report/print-table.js'
import { startServices } from './stack/services.js'

const measures: Record<FigureKey, Measure> = {
  a: measureCreates,
  b: measureCreateRequests,
  c: measureJobRequests,
  d: measureFirstStep,
  e: measureResources,
  f: measureHealth,
  g: measureBatch,
  h: measureScale,
}

const resultsFile = path.join(path.dirname(fileURLToPath(import.meta.url)), 'results.json')

const say = (text: string) => void process.stderr.write(`${text}\n`)

/** As the formatter of this repository would have it, for the file is part of it. */
async function writeResults(file: string, results: object): Promise<void> {
  const config = await resolveConfig(resultsFile)
  await writeFile(file, await format(JSON.stringify(results), { ...config, parser: 'json' }))
}

/** What the table has room for; a cause says more than what it led to. */
function firstLineOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const line = (error.message.split('\n')[0] ?? '').slice(0, 200)
  return error.cause instanceof Error ? `${line} (${firstLineOf(error.cause)})` : line
}

async function run(settings: Settings): Promise<boolean> {
  const releases = createReleases(say)
  const interruption = new AbortController()
  const isInterrupted = () => interruption.signal.aborted
  const interrupt = () => {
    if (isInterrupted()) process.exit(130)
    interruption.abort()
    say('Stopping …')
    void releases.all().finally(() => process.exit(130))
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt)

  const machine = describeMachine()
  const figures: (Figure | Unmeasured)[] = []
  try {
    say('Starting PostgreSQL, Redis and the Admin API simulator')
    const services = await startServices(releases)
    const versions = await describeVersions(services)
    for (const key of settings.only) {
      try {
        figures.push(...(await measures[key]({ services, settings, say })))
      } catch (error) {
        if (isInterrupted()) return false
        say(`${key}: ${inspect(error)}`)
        const reason = firstLineOf(error)
        figures.push({ id: key, title: key, unmeasured: reason })
      }
    }
    process.stdout.write(`\n${tableOf(figures)}\n`)
    const { out = resultsFile, ...amounts } = settings
    await writeResults(out, { measuredAt: new Date().toISOString(), machine, versions, settings: amounts, figures })
    process.stdout.write(`\nWritten to ${path.relative(process.cwd(), out)}\n`)
  } finally {
    if (!isInterrupted()) await releases.all()
  }
  return figures.every((figure) => !('unmeasured' in figure))
}

/** Runs the benchmark; resolves with the exit code: 1 when something could not be measured, 2 for a wrong command line. */
export async function main(args: string[]): Promise<number> {
  let settings: Settings | null
  try {
    settings = readOptions(args)
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
    return 2
  }
  if (!settings) {
    process.stdout.write(`${usage}\n`)
    return 0
  }
  return (await run(settings)) ? 0 : 1
}
