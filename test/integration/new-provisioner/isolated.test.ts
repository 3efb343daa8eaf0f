import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure, isFailure } from '@edfi-tenants/core'
import { loadProvisioners, requiredOperations, type Operation, type Provisioner } from '@edfi-tenants/provisioner'
import { provisioner as model } from '@edfi-tenants/provisioner-postgresql'
import { expect } from 'chai'

const server = { id: 's', name: 's', settings: {}, credentials: { username: 'a', password: 'p' } }
const owner = { installationId: 'i', instanceId: 'x', epoch: 1 }
const operation = (wished: Partial<Operation> = {}): Operation => ({
  signal: new AbortController().signal,
  fence: () => Promise.resolve(),
  progress: () => undefined,
  ...wished,
})

/** What each database name makes the plugin do. */
const plugin = `
  import { Failure } from '@edfi-tenants/core'
  const forever = () => new Promise(() => {})
  const deeds = {
    throws: () => { setTimeout(() => { throw new Error('outside') }, 20); return forever() },
    rejects: () => { setTimeout(() => void Promise.reject(new Error('nobody listens')), 20); return forever() },
    exits: () => process.exit(7),
    spins: () => { for (;;); },
    waits: forever,
    stops: (operation) => new Promise((_, reject) =>
      operation.signal.addEventListener('abort', () => reject(new Failure('job_cancelled', 'stopped')))),
    fences: async (operation) => { operation.progress(40, 'half'); await operation.fence(); return { dropped: ['fenced'] } },
    forgets: () => { throw new TypeError('x is undefined') },
    pid: () => ({ dropped: [String(process.pid)] }),
  }
  export const provisioner = {
    manifest: ${JSON.stringify({ ...model.manifest, name: 'odd' })},
    ${requiredOperations.map((name) => `${name}: async () => null`).join(',\n    ')},
    dropDatabase: async (server, request, operation) => deeds[request.databaseName](operation),
    registeredConnectionString: (server, request) => {
      if (request.databaseName === 'spins') for (;;);
      return 'database=' + request.databaseName
    },
  }
`

describe('a provisioner in a process of its own', function () {
  this.timeout(60_000)
  let folder: string
  let odd: Provisioner
  const logged: string[] = []
  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'odd-plugin-'))
    writeFileSync(path.join(folder, 'odd.mjs'), plugin)
    const log = (message: string, details?: Record<string, unknown>) =>
      void logged.push(`${message} ${(details?.['error'] as Error | undefined)?.message ?? ''}`)
    const loaded = await loadProvisioners(['./odd.mjs'], {}, folder, { warn: log, error: log })
    odd = loaded.get('odd')!
  })
  after(async () => {
    await odd.close?.()
    rmSync(folder, { recursive: true })
  })

  const drop = async (databaseName: string, wished: Partial<Operation> = {}) =>
    (await odd.dropDatabase(server, { databaseName, owner }, operation(wished))).dropped[0]
  const failure = async (databaseName: string, wished?: Partial<Operation>): Promise<Failure> => {
    const error: unknown = await drop(databaseName, wished).then(
      () => expect.fail('succeeded'),
      (reason: unknown) => reason,
    )
    expect(isFailure(error), String(error)).to.equal(true)
    return error as Failure
  }

  it('runs elsewhere, and carries fence and progress across', async () => {
    expect(Number(await drop('pid')))
      .to.be.greaterThan(0)
      .and.not.equal(process.pid)
    const seen: unknown[] = []
    const fence = () => Promise.resolve(void seen.push('fence'))
    await drop('fences', { fence, progress: (percent, detail) => void seen.push([percent, detail]) })
    expect(seen).to.deep.equal([[40, 'half'], 'fence'])
  })

  for (const deed of ['throws', 'rejects', 'exits'])
    it(`costs only its own running operations when it ${deed} outside of them, and is there again`, async () => {
      const before = await drop('pid')
      const [one, other] = await Promise.all([failure('waits'), failure(deed)])
      for (const { code, retryable } of [one, other])
        expect([code, retryable]).to.deep.equal(['provisioner_failed', true])
      expect(await drop('pid')).to.not.equal(before)
    })

  it('logs what was thrown outside, without putting it into the failure', async () => {
    logged.length = 0
    expect((await failure('throws')).message).to.not.include('outside of')
    expect(logged.join()).to.match(/threw outside of any operation outside/)
  })

  it('gives the worker’s own error back as it was, and a foreseen one with its code', async () => {
    const lost = new Failure('lease_lost', 'Another worker has the job.')
    expect(await failure('fences', { fence: () => Promise.reject(lost) })).to.equal(lost)
    const abort = new AbortController()
    setTimeout(() => abort.abort(), 50)
    expect((await failure('stops', { signal: abort.signal })).code).to.equal('job_cancelled')
    const early = AbortSignal.abort()
    expect((await failure('stops', { signal: early })).code).to.equal('job_cancelled')
  })

  it('says that a plugin failed in a way it did not foresee, which is for the log', async () => {
    const { code, retryable, message, cause } = await failure('forgets')
    expect([code, retryable]).to.deep.equal(['provisioner_failed', false])
    expect(message).to.not.include('undefined')
    expect((cause as Error).message).to.equal('x is undefined')
  })

  it('leaves the worker’s event loop alone while it spins, and is ended when it owes a brief answer', async () => {
    const request = (databaseName: string) => ({ databaseName, login: { username: 'u', password: 'p' } })
    expect(await odd.registeredConnectionString(server, request('x'))).to.equal('database=x')
    const spinning = failure('spins')
    const start = Date.now()
    await sleep(50)
    expect(Date.now() - start).to.be.lessThan(1_000)
    let longestMs = 0
    let last = Date.now()
    const watch = setInterval(() => {
      longestMs = Math.max(longestMs, Date.now() - last)
      last = Date.now()
    }, 20)
    const outcome = await Promise.resolve(odd.registeredConnectionString(server, request('x'))).catch(
      (error: unknown) => error,
    )
    clearInterval(watch)
    expect(outcome).to.include({ code: 'provisioner_failed', retryable: true })
    expect((outcome as Failure).message).to.match(/did not answer/)
    expect(longestMs).to.be.lessThan(1_000)
    expect((await spinning).retryable).to.equal(true)
    expect(await odd.registeredConnectionString(server, request('x'))).to.equal('database=x')
  })
})
