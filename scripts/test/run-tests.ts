import os from 'node:os'
import { startPostgres } from '../services/postgres.js'
import { startRedis } from '../services/redis.js'
import { endPrograms } from './run-program.js'
import { runTask } from './run-task.js'
import { newTally, report } from './tally.js'
import { listTasks, type Selection, type Task } from './tasks.js'

const signals = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const

/** The servers of one lane; what runs there one after the other shares them, and nobody else. */
function openLane(given: NodeJS.ProcessEnv) {
  let starting: Promise<NodeJS.ProcessEnv> | undefined
  const stops: (() => Promise<void>)[] = []

  async function start(): Promise<NodeJS.ProcessEnv> {
    const env = { ...given }
    const [postgres, redis] = await Promise.all([
      env['TEST_POSTGRES_URL'] ? null : startPostgres(),
      env['TEST_REDIS_URL'] ? null : startRedis(),
    ])
    if (postgres) {
      stops.push(() => postgres.stop())
      env['TEST_POSTGRES_URL'] = postgres.url
    }
    if (redis) {
      stops.push(() => redis.stop())
      env['TEST_REDIS_URL'] = redis.url
    }
    return env
  }

  return {
    envFor: (task: Task): Promise<NodeJS.ProcessEnv> =>
      task.kind === 'suite' && task.needsServices ? (starting ??= start()) : Promise.resolve(given),
    async close(): Promise<void> {
      await starting?.catch(() => undefined)
      await Promise.all(stops.splice(0).map((stop) => stop()))
    },
  }
}

/**
 * Runs everything that is selected, three tasks at a time (four where there are more processors; much of a test is waiting), in
 * a full run as many as there are processors, as its tasks are processes at work; and ends the process: with 0 when all has
 * passed. The summary line is the last one in any case.
 */
export async function runTests(
  selection: Selection,
  { repository: root, env }: { repository: string; env: NodeJS.ProcessEnv },
): Promise<void> {
  const print = (text: string): void => void process.stdout.write(`${text}\n`)
  const startedAt = performance.now()
  const tally = newTally()
  const tasks = listTasks(root, selection)
  if (tasks.length === 0) tally.failures.push({ title: 'selection', details: 'No test file fits.' })
  const shared = { ...env, TEST_LONG: selection.full || selection.only.length > 0 ? 'yes' : 'no' }
  const least = selection.full ? 1 : 3
  const lanes = Array.from({ length: Math.min(4, Math.max(least, os.availableParallelism())) }, () => openLane(shared))
  let stoppedBy: keyof typeof signals | undefined

  async function end(): Promise<void> {
    await Promise.all(lanes.map((lane) => lane.close()))
    if (stoppedBy) tally.failures.push({ title: 'the run', details: `It was stopped by ${stoppedBy}.` })
    print(`\n${((performance.now() - startedAt) / 1000).toFixed(0)} s`)
    await new Promise<void>((resolve) => process.stdout.write(`${report(tally)}\n`, () => resolve()))
    process.exit(stoppedBy ? 128 + signals[stoppedBy] : tally.failures.length > 0 ? 1 : 0)
  }
  for (const signal of Object.keys(signals) as (keyof typeof signals)[])
    process.on(signal, () => {
      if (stoppedBy) process.exit(128 + signals[signal])
      stoppedBy = signal
      tasks.length = 0
      endPrograms()
    })

  await Promise.all(
    lanes.map(async (lane) => {
      for (let task = tasks.shift(); task; task = tasks.shift()) {
        try {
          await runTask(task, { root, env: await lane.envFor(task), tally, print })
        } catch (error) {
          tally.failures.push({
            title: task.name,
            details: error instanceof Error ? String(error.stack) : String(error),
          })
        }
      }
    }),
  )
  await end()
}
