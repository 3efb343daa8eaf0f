import type { HookEvent } from '@edfi-tenants/core'
import { retryJob } from '@edfi-tenants/jobs'
import { changeRecords, readEnvironment, writeHooks, type OpenHook } from '@edfi-tenants/store'
import { expect } from 'chai'
import { startHookReceiver, type HookReceiver, type Received, type Reply } from '../../support/hook-receiver.js'
import { origin, startJobStack, type JobStack } from '../../support/job-stack.js'
import { longTest } from '../../support/long-test.js'
import { createActive, lifeOf, onlyWorkerOf, worldOf } from './life-stack.js'

const always: HookEvent[] = ['afterRegister', 'afterStart', 'afterStop', 'beforeUnregister', 'afterDelete']

describe('deployment hooks', function () {
  this.timeout(60_000)
  let stack: JobStack
  let receiver: HookReceiver
  let worker: ReturnType<typeof onlyWorkerOf>
  let reply: (call: Received, calls: readonly Received[]) => Reply | null
  before(async () => {
    stack = await startJobStack()
    worker = onlyWorkerOf(stack)
    receiver = await startHookReceiver((call, calls) => reply(call, calls))
  })
  beforeEach(() => {
    receiver.calls.length = 0
    reply = () => ({ status: 200 })
  })
  after(async () => {
    await stack.close()
    await receiver.close()
  })

  const setEnvironmentHooks = (hooks: OpenHook[]) =>
    changeRecords(stack.store, async (records) => {
      const environment = await readEnvironment(records, 'default')
      if (!environment) throw new Error('There is no environment.')
      await writeHooks(records, { table: 'environments', id: environment.id }, hooks)
    })
  const setTenantHooks = (hooks: OpenHook[]) =>
    changeRecords(stack.store, (records) => writeHooks(records, { table: 'tenants', name: 'district-one' }, hooks))
  const created = async (name: string) => {
    const { job, instance } = await stack.create({ name, contexts: { schoolYearFromRoute: name } })
    const ended = await stack.waitForJob(job.id)
    return { id: instance.id, ended, step: ended.steps.find((each) => each.name === 'run-hooks') }
  }
  const types = () => receiver.calls.map(({ body }) => `${body?.type} ${body?.data.action}`)

  it('changes nothing where there are none', async () => {
    const { ended, step } = await created('None')
    expect(ended.status).to.equal('succeeded')
    expect(step).to.include({ status: 'skipped', detail: 'No hooks for afterRegister.' })
  })

  it('calls through the whole life of an instance, signed, with what it is and no secret', async () => {
    const life = lifeOf(stack)
    await setEnvironmentHooks([receiver.hook({ name: 'all', events: always })])
    const row = await createActive(stack, 'Whole')
    await life.done(life.stop(row))
    await life.done(life.start(row))
    await life.done(life.rename(row, { name: 'Whole too' }))
    await life.done(life.delete({ id: row.id, name: 'Whole too' }))
    await life.done(life.undelete(row))
    expect(types()).to.deep.equal(
      [
        'afterRegister',
        'afterStop',
        'afterStart',
        'afterRegister',
        'beforeUnregister',
        'afterDelete',
        'afterRegister',
      ].map((event) => `instance.${event} run`),
    )
    const [first] = receiver.calls
    expect(first?.body?.data.instance).to.include({
      id: row.id,
      name: 'Whole',
      tenant: 'district-one',
      databaseName: row.databaseName,
      odsInstanceId: row.odsInstanceId,
    })
    expect(first?.body?.data.job.type).to.equal('instance.create')
    expect(JSON.stringify(receiver.calls)).not.to.match(/password|host=/i)
    expect(new Set(receiver.calls.map(({ id }) => id)).size).to.equal(receiver.calls.length)
  })

  longTest('puts a tenant’s hook in the place of its environment’s of that name', async () => {
    await setEnvironmentHooks([
      receiver.hook({ name: 'shared' }, '/first'),
      receiver.hook({ name: 'Route' }, '/general'),
    ])
    await setTenantHooks([receiver.hook({ name: 'route' }, '/special')])
    await created('Special')
    await setTenantHooks([])
    expect(receiver.calls.map(({ path }) => path)).to.deep.equal(['/first', '/special'])
  })

  longTest('follows up a 202 without holding a worker, and takes the detail that comes in the end', async () => {
    await setEnvironmentHooks([receiver.hook({ name: 'slow' })])
    reply = ({ method }, calls) => {
      if (method === 'POST') return { status: 202, headers: { location: '/work/1', 'retry-after': '1' } }
      return calls.length < 4
        ? { status: 200, headers: { 'retry-after': '1' }, body: { status: 'running', detail: 'half way' } }
        : { status: 200, body: { status: 'succeeded', detail: 'pods\nare up' } }
    }
    const { job } = await stack.create({ name: 'Slow', contexts: { schoolYearFromRoute: 'Slow' } })
    await until(() => receiver.calls.length === 2)
    // Nothing of it was in the memory of the worker that began it.
    await worker.replace()
    const ended = await stack.waitForJob(job.id)
    expect(ended.error).to.equal(null)
    expect(ended.steps.find(({ name }) => name === 'run-hooks')?.detail).to.equal('slow: pods are up')
    expect(receiver.calls.map(({ method }) => method)).to.deep.equal(['POST', 'GET', 'GET', 'GET'])
    expect(receiver.calls.map(({ path }) => path).slice(1)).to.deep.equal(['/work/1', '/work/1', '/work/1'])
  })

  longTest('repeats a transient fault under the same id', async () => {
    await setEnvironmentHooks([receiver.hook({ name: 'shaky' })])
    reply = (_, calls) => ({ status: calls.length < 2 ? 503 : 204 })
    const { ended } = await created('Shaky')
    expect(ended.status).to.equal('succeeded')
    expect(receiver.calls).to.have.length(2)
    expect(receiver.calls[0]?.id).to.equal(receiver.calls[1]?.id)
  })

  it('undoes a creation when a required hook fails, and calls those before it once more to take theirs back', async () => {
    await setEnvironmentHooks([
      receiver.hook({ name: 'first' }, '/first'),
      receiver.hook({ name: 'second' }, '/second'),
      receiver.hook({ name: 'third' }, '/third'),
    ])
    reply = ({ path, method, body }) => {
      if (path === '/third') return { status: 422, body: { detail: 'no room' } }
      if (path === '/second' && body?.data.action === 'undo')
        return { status: 202, headers: { location: '/undoing', 'retry-after': '1' } }
      return method === 'GET' ? { status: 200, body: { status: 'succeeded' } } : { status: 200 }
    }
    const { id, ended } = await created('Undone')
    expect(ended.error).to.include({ code: 'hook_failed' })
    expect(ended.error?.detail).to.match(/^third: .* answered 422: no room\.$/)
    expect(ended.outcome).to.include({ compensation: 'done' })
    expect(receiver.calls.map(({ path, body }) => `${path} ${body?.data.action ?? 'look'}`)).to.deep.equal([
      '/first run',
      '/second run',
      '/third run',
      '/second undo',
      '/undoing look',
      '/first undo',
    ])
    const world = await worldOf(stack, id)
    expect(world.databases).to.deep.equal([])
    expect(world.registrations).to.deep.equal([])
    expect(world.record).to.include({ status: 'failed', nameHeld: false })
  })

  longTest('passes over a hook that is not required, and says so', async () => {
    await setEnvironmentHooks([receiver.hook({ name: 'extra', required: false })])
    reply = () => ({ status: 400 })
    const { ended, step } = await created('Extra')
    expect(ended.status).to.equal('succeeded')
    expect(step?.detail).to.match(/^extra: failed, which is passed over: .* answered 400\.$/)
  })

  longTest('follows no redirect and no Location elsewhere', async () => {
    await setEnvironmentHooks([
      receiver.hook({ name: 'moved', required: false }, '/moved'),
      receiver.hook({ name: 'away', required: false }, '/away'),
    ])
    const elsewhere = { location: 'http://127.0.0.2:9/' }
    reply = ({ path }) => ({ status: path === '/moved' ? 307 : 202, headers: elsewhere })
    const { step } = await created('Moved')
    expect(step?.detail).to.match(/answered 307; redirects are not followed[^]*Location elsewhere, which is not called/)
  })

  longTest('gives up a receiver that does not answer, once its patience is over', async () => {
    await setEnvironmentHooks([receiver.hook({ name: 'mute', retryForSeconds: 1 }, '/mute', 300)])
    reply = ({ body }) => (body?.data.action === 'undo' ? { status: 200 } : null)
    const { ended } = await created('Mute')
    expect(ended.error?.detail).to.match(/^mute: .* did not answer within 0\.3 s\.$/)
    // Whoever did not answer may have done something all the same.
    expect(types().at(-1)).to.equal('instance.afterRegister undo')
  })

  longTest(
    'takes a deletion back whole when a hook says no, and repeats what fails past the pivot on a retry',
    async () => {
      const life = lifeOf(stack)
      await setEnvironmentHooks([])
      const row = await createActive(stack, 'Kept')
      const before = await worldOf(stack, row.id)
      await setEnvironmentHooks([receiver.hook({ name: 'guard', events: ['beforeUnregister', 'afterStop'] })])
      reply = () => ({ status: 409, body: { detail: 'still in use' } })
      expect((await life.failed(life.delete(row))).error?.detail).to.match(/still in use/)
      expect(await worldOf(stack, row.id)).to.deep.equal(before)

      const stopped = await life.failed(life.stop(row))
      expect((await stack.instance(row.id)).status).to.equal('stopped')
      reply = () => ({ status: 200 })
      await changeRecords(stack.store, async ({ database }) => {
        await retryJob(database, stopped, origin)
      })
      stack.ringer.request()
      await until(async () => (await stack.waitForJob(stopped.id)).status === 'succeeded')
      const [refused, repeated] = receiver.calls.slice(-2)
      expect(repeated?.id).not.to.equal(refused?.id)
    },
  )
})

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (await isSo()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('It did not come to that.')
}
