import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import type { JobStack } from './job-stack.js'
import { queryOn } from './postgres.js'
import { startWorkerProcess } from './worker-process.js'

/** Names of the databases on a server that begin like this. */
export async function databasesLike(url: string, pattern: string): Promise<string[]> {
  const rows = await queryOn<{ datname: string }>(
    url,
    `select datname from pg_database where datname like $1 order by 1`,
    [pattern],
  )
  return rows.map((row) => row.datname)
}

/**
 * Asks for `count` instances at once and kills the two workers in turn until all jobs have ended, then makes sure that
 * each is there exactly once: one database, one registration, and nothing unfinished.
 */
export async function createWhileKilling(
  stack: JobStack,
  options: {
    count: number
    prefix: string
    killEveryMs: number
    /** How often one is killed at most. */
    kills: number
    disturb?: (kills: number) => Promise<void>
  },
): Promise<{ kills: number }> {
  const { count, prefix, killEveryMs } = options
  const workers = [startWorkerProcess(stack.workerEnvironment), startWorkerProcess(stack.workerEnvironment)]
  let kills = 0
  const end = new AbortController()
  const killing = (async () => {
    while (kills < options.kills) {
      await pause(killEveryMs, undefined, { signal: end.signal })
      const victim = workers[kills % workers.length]
      await victim?.kill()
      kills++
      await options.disturb?.(kills)
      victim?.start()
    }
  })().catch((error: unknown) => {
    if (!end.signal.aborted) throw error
  })
  try {
    const answers = await Promise.all(
      Array.from({ length: count }, (_, index) => stack.create({ name: `${prefix} ${index}` })),
    )
    const jobs = await Promise.all(answers.map((answer) => stack.waitForJob(answer.job.id, 300_000)))
    expect(jobs.filter((job) => job.status !== 'succeeded').map((job) => job.error)).to.deep.equal([])
  } finally {
    end.abort()
    await killing
    await Promise.all(workers.map((worker) => worker.stop()))
  }
  const found = await databasesLike(stack.serverUrl, `EdFi\\_Ods\\_%\\_${prefix}\\_%`)
  expect(found).to.have.length(count)
  const rows = await stack.store.database.query<{ id: string; active: boolean }>(
    `SELECT id, status = 'active' AND ods_instance_id IS NOT NULL AS active FROM instances WHERE name LIKE $1`,
    [`${prefix} %`],
  )
  expect(rows.filter((row) => row.active)).to.have.length(count)
  // Unfinished databases of these instances; other suites share the server.
  const unfinished = (await databasesLike(stack.serverUrl, 'tm\\_%')).filter((name) =>
    rows.some((row) => name.includes(row.id)),
  )
  expect(unfinished).to.deep.equal([])
  const registered = await registrations(stack)
  expect(registered.filter((name) => name.startsWith(`${prefix} `)).sort()).to.deep.equal(
    Array.from({ length: count }, (_, index) => `${prefix} ${index}`).sort(),
  )
  return { kills }
}

/** The names of all registrations of the stack's Admin API tenant, as the simulator has them. */
async function registrations(stack: JobStack): Promise<string[]> {
  const response = await fetch(`${stack.simulator.controlUrl}/tenants/district-one/odsInstances`)
  const rows = (await response.json()) as { name: string }[]
  return rows.map((row) => row.name)
}
