import { setTimeout as pause } from 'node:timers/promises'
import { requestHealthChecks } from '@edfi-tenants/jobs'
import { listBatchJobs } from '@edfi-tenants/store'
import { expect } from 'chai'
import pg from 'pg'
import { origin, startJobStack, type JobStack } from '../../support/job-stack.js'
import { startWorkerProcess } from '../../support/worker-process.js'

describe('checking health, with workers killed', function () {
  this.timeout(180_000)

  it('records each instance once, whatever was counted before', async () => {
    const stack = await startJobStack()
    const worker = startWorkerProcess({ ...stack.workerEnvironment, LEASE_SECONDS: '2' })
    try {
      const made = await Promise.all(
        Array.from({ length: 4 }, async (_, number) => {
          const { job, instance } = await stack.create({ name: `Killed ${number}` })
          expect((await stack.waitForJob(job.id)).status).to.equal('succeeded')
          return instance.id
        }),
      )
      await waitWhenCounted(stack.serverUrl, (await stack.instance(made[0] ?? '')).databaseName)
      const batch = await stack.store.database.transaction((database) => requestHealthChecks(database, {}, origin))
      stack.ringer.request()
      const [job] = await listBatchJobs(stack.store.database, batch.id, {}, { after: null, limit: 1 })
      for (const step of ['count', 'count', 'check-registration', 'record']) {
        await begun(stack, job?.id ?? '', step)
        await worker.kill()
        worker.start()
      }
      const ended = await stack.waitForJob(job?.id ?? '')
      expect(ended.status).to.equal('succeeded')
      const rows = await stack.store.database.query<{ id: string; checks: number }>(
        `SELECT instance_id AS id, count(*)::integer AS checks FROM health_checks GROUP BY 1`,
      )
      expect(rows).to.have.deep.members(made.map((id) => ({ id, checks: 1 })))
    } finally {
      await worker.stop()
      await stack.close()
    }
  })
})

/** Makes every count of descriptors take a second. */
async function waitWhenCounted(serverUrl: string, databaseName: string): Promise<void> {
  const url = new URL(serverUrl)
  url.pathname = `/${databaseName}`
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  await client.query(`ALTER TABLE edfi.descriptor ENABLE ROW LEVEL SECURITY;
    CREATE FUNCTION edfi.wait() RETURNS boolean LANGUAGE sql VOLATILE AS 'SELECT pg_sleep(1) IS NOT NULL';
    CREATE POLICY slow ON edfi.descriptor USING ((SELECT edfi.wait()))`)
  await client.end()
}

/** Waits until a job's step runs anew, or is done. */
async function begun(stack: JobStack, jobId: string, step: string): Promise<void> {
  const look = async () =>
    (
      await stack.store.database.query<{ attempts: number; done: boolean }>(
        `SELECT s.attempts, s.status = 'succeeded' AS done FROM job_steps s WHERE s.job_id = $1 AND s.name = $2`,
        [jobId, step],
      )
    )[0]
  const before = (await look())?.attempts ?? 0
  for (;;) {
    const now = await look()
    if (now?.done || (now?.attempts ?? 0) > before) return
    await pause(3)
  }
}
