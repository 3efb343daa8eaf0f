import { setTimeout as pause } from 'node:timers/promises'
import { jobCatalogue, type AskedApplication } from '@edfi-tenants/jobs'
import type { InstanceRow, JobRow } from '@edfi-tenants/store'
import { expect } from 'chai'
import pg from 'pg'
import { canConnect, createActive, lifeOf, worldOf } from '../integration/jobs/life-stack.js'
import { startJobStack, type JobStack } from '../support/job-stack.js'
import { adminApiOf, type PlainAdminApi } from '../support/plain-admin-api.js'
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.js'

const own: AskedApplication = {
  applicationName: 'Own',
  vendor: { company: 'Sunny SIS', namespacePrefixes: [], contactName: 'Sam', contactEmailAddress: 'sam@sunny.example' },
  claimSetName: 'SIS Vendor',
  educationOrganizationIds: [255901],
}

/** Milliseconds after a step has begun: before, in the midst of, and after what it does. */
const moments = [0, 40, 120]

/** Tells of every step that begins and every job that turns back, at the moment it stands in the database. */
const telling = `
  CREATE FUNCTION tell_step() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.status = 'running' AND OLD.status <> 'running' THEN PERFORM pg_notify('telling', NEW.job_id || ' ' || NEW.name); END IF;
    RETURN NULL; END $$;
  CREATE TRIGGER tell_step AFTER UPDATE ON job_steps FOR EACH ROW EXECUTE FUNCTION tell_step();
  CREATE FUNCTION tell_undo() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.direction = 'undo' AND OLD.direction <> 'undo' THEN PERFORM pg_notify('telling', NEW.id || ' undo'); END IF;
    RETURN NULL; END $$;
  CREATE TRIGGER tell_undo AFTER UPDATE ON jobs FOR EACH ROW EXECUTE FUNCTION tell_undo();`

describe('the life of an instance whose workers are killed with -9', function () {
  this.timeout(900_000)
  let stack: JobStack
  let admin: PlainAdminApi
  let life: ReturnType<typeof lifeOf>
  let worker: WorkerProcess
  let listener: pg.Client
  let kills = 0

  before(async () => {
    stack = await startJobStack()
    admin = adminApiOf(stack.simulator, 'district-one')
    life = lifeOf(stack)
    await stack.store.database.query(telling)
    listener = new pg.Client({ connectionString: stack.workerEnvironment['DATABASE_URL'] })
    await listener.connect()
    await listener.query('LISTEN telling')
    worker = startWorkerProcess({ ...stack.workerEnvironment, LEASE_SECONDS: '2' })
    stack.simulator.setFaults([slow])
  })
  after(async () => {
    await worker.stop()
    await listener.end()
    await stack.close()
  })

  // So that a step that asks Admin API several times can be hit between two of them.
  const slow = { pathPattern: '/v2/', kind: 'latency' as const, latencyMs: 15 }

  /** Asks for a job, and kills the worker once, that long after its step of this name began. */
  async function killedIn(name: string, afterMs: number, act: () => Promise<JobRow>): Promise<JobRow> {
    const told: string[] = []
    let wanted: string | null = null
    let begun!: () => void
    const begins = new Promise<void>((resolve) => (begun = resolve))
    const hear = ({ payload }: pg.Notification) => {
      told.push(payload ?? '')
      if (payload === wanted) begun()
    }
    listener.on('notification', hear)
    try {
      const job = await act()
      wanted = `${job.id} ${name}`
      if (told.includes(wanted)) begun()
      const ended = stack.waitForJob(job.id, 120_000)
      // A step that is skipped, or a job that does not turn back, is never heard of.
      await Promise.race([begins, ended])
      if (told.includes(wanted)) {
        await pause(afterMs)
        await worker.kill()
        kills++
        worker.start()
      }
      return await ended
    } finally {
      listener.off('notification', hear)
    }
  }

  const stepsOf = (type: string): string[] => jobCatalogue.get(type)?.steps.map(({ name }) => name) ?? []

  /** Does something as often as it has steps and moments to be killed in, and its opposite undisturbed in between. */
  async function everywhere(
    type: string,
    act: () => Promise<JobRow>,
    check: (when: string) => Promise<void>,
    back: () => Promise<unknown>,
  ): Promise<void> {
    const earlier = kills
    for (const name of stepsOf(type))
      for (const afterMs of moments) {
        const when = `${type}, killed in ${name} after ${afterMs} ms`
        const ended = await killedIn(name, afterMs, act)
        expect(ended.error, `${when}: ${JSON.stringify(ended.steps)}`).to.equal(null)
        expect(ended.status, when).to.equal('succeeded')
        await check(when)
        await back()
      }
    expect(kills - earlier).to.equal(stepsOf(type).length * moments.length)
  }

  const isEnabled = async ({ odsInstanceId }: InstanceRow): Promise<boolean[]> =>
    (await admin.applications(odsInstanceId ?? 0)).map(({ enabled }) => enabled)

  it('is stopped and started, wherever they die', async () => {
    const made = await createActive(stack, 'Stop and go')
    const active = await worldOf(stack, made.id)
    await life.done(life.stop(made))
    const stopped = await worldOf(stack, made.id)
    const isActive = async (when: string) => {
      expect(await worldOf(stack, made.id), when).to.deep.equal(active)
    }
    const isStopped = async (when: string) => {
      expect(await worldOf(stack, made.id), when).to.deep.equal(stopped)
    }
    await everywhere(
      'instance.start',
      () => life.start(made),
      isActive,
      () => life.done(life.stop(made)),
    )
    await life.done(life.start(made))
    await everywhere(
      'instance.stop',
      () => life.stop(made),
      isStopped,
      () => life.done(life.start(made)),
    )
  })

  it('is renamed as a whole or not at all', async () => {
    const made = await createActive(stack, 'First name')
    const first = { name: made.name, databaseName: made.databaseName }
    const second = { name: 'Second name', databaseName: 'Second_Name' }
    await life.done(life.rename(made, second))
    const renamed = await worldOf(stack, made.id)
    await life.done(life.rename(made, first))
    const before = await worldOf(stack, made.id)
    await everywhere(
      'instance.rename',
      () => life.rename(made, second),
      async (when) => {
        expect(await worldOf(stack, made.id), when).to.deep.equal(renamed)
        expect(await canConnect(stack, first.databaseName), when).to.equal(false)
      },
      () => life.done(life.rename(made, first)),
    )
    for (const afterMs of [0, 30, 100, 300]) {
      // The name in Admin API is refused, once the database has its new one.
      stack.simulator.setFaults([
        { method: 'PUT', pathPattern: '/v2/odsInstances', kind: 'status', status: 400, times: 1 },
        slow,
      ])
      const ended = await killedIn('undo', afterMs, () => life.rename(made, second))
      expect(ended.status).to.equal('failed')
      expect(ended.outcome?.leftovers).to.deep.equal([])
      expect(await worldOf(stack, made.id), `undo after ${afterMs} ms`).to.deep.equal(before)
    }
    stack.simulator.setFaults([slow])
  })

  it('is deleted and comes back as it was, or was never away', async () => {
    const made = await createActive(stack, 'There and back', { applications: [own] })
    const before = await worldOf(stack, made.id)
    const remove = () => life.delete(made, { archive: true })
    const isBack = async (when: string) => {
      expect(await worldOf(stack, made.id), when).to.deep.equal(before)
      expect(await isEnabled(made), when).to.deep.equal([true])
    }
    const isAway = async (when: string) => {
      const { record, databases, registrations } = await worldOf(stack, made.id)
      expect(record, when).to.include({ status: 'deleted', nameHeld: false })
      expect(databases, when).to.deep.equal([`tm_retired_${made.id}`])
      expect(await canConnect(stack, databases[0] ?? ''), when).to.equal(false)
      expect(registrations, when).to.deep.equal([
        { id: made.odsInstanceId, name: `tm_retired_${made.id}`, contexts: {}, derivatives: [] },
      ])
      expect(await isEnabled(made), when).to.deep.equal([false])
    }
    await everywhere('instance.delete', remove, isAway, () => life.done(life.undelete(made)))
    for (const afterMs of [0, 30, 100, 300]) {
      stack.simulator.setFaults([
        { method: 'DELETE', pathPattern: '/v2/odsInstanceContexts', kind: 'status', status: 400, times: 1 },
        slow,
      ])
      const ended = await killedIn('undo', afterMs, remove)
      expect(ended.status).to.equal('failed')
      expect(ended.outcome?.leftovers, JSON.stringify(ended.steps)).to.deep.equal([])
      await isBack(`undo after ${afterMs} ms`)
    }
    stack.simulator.setFaults([slow])
    await life.done(remove())
    await everywhere(
      'instance.undelete',
      () => life.undelete(made),
      isBack,
      () => life.done(remove()),
    )
    for (const afterMs of [0, 30, 100, 300]) {
      stack.simulator.setFaults([
        { method: 'POST', pathPattern: '/v2/odsInstanceContexts', kind: 'status', status: 400, times: 1 },
        slow,
      ])
      const ended = await killedIn('undo', afterMs, () => life.undelete(made))
      expect(ended.status).to.equal('failed')
      expect(ended.outcome?.leftovers, JSON.stringify(ended.steps)).to.deep.equal([])
      await isAway(`undo after ${afterMs} ms`)
    }
    stack.simulator.setFaults([slow])
  })

  it('is purged for good', async () => {
    const earlier = kills
    for (const name of stepsOf('instance.purge'))
      for (const afterMs of moments.slice(0, 2)) {
        const when = `killed in ${name} after ${afterMs} ms`
        const made = await createActive(stack, `Purged ${name} ${afterMs}`, { applications: [own] })
        await life.done(life.delete(made))
        const [application] = await admin.applications(made.odsInstanceId ?? 0)
        const ended = await killedIn(name, afterMs, () => life.delete(made, { purge: 'now' }))
        expect(ended.error, when).to.equal(null)
        const { record, databases, registrations } = await worldOf(stack, made.id)
        expect(record, when).to.include({ status: 'purged', odsInstanceId: null })
        expect(databases, when).to.deep.equal([])
        expect(registrations, when).to.deep.equal([])
        expect(
          (await admin.allApplications()).map(({ id }) => id),
          when,
        ).not.to.include(application?.id)
      }
    expect(kills - earlier).to.equal(2 * stepsOf('instance.purge').length)
  })

  it('is purged without being asked again when it was deleted for good', async () => {
    const made = await createActive(stack, 'For good', { applications: [own] })
    await killedIn('retire-database', 0, () => life.delete(made, { purge: 'now' }))
    for (let tries = 0; (await stack.instance(made.id)).status !== 'purged' && tries < 300; tries++) await pause(100)
    const { record, databases, registrations } = await worldOf(stack, made.id)
    expect({ status: record.status, databases, registrations }).to.deep.equal({
      status: 'purged',
      databases: [],
      registrations: [],
    })
  })
})
