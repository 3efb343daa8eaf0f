import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { isFailure } from '@edfi-tenants/core'
import {
  createRequest,
  failsWith,
  fenceAfter,
  leftoversOf,
  newName,
  newOwner,
  operation,
  type ConformanceContext,
} from './conformance-context.js'

/** Being stopped anywhere: crashes, aborts, lost connections. */
export function describeInterrupting({ provisioner, target }: ConformanceContext): void {
  describe('interruptions', () => {
    it('a create that ended after any of its effects is finished by a later run', async function () {
      this.timeout(120_000)
      for (let passes = 0; ; passes++) {
        const owner = newOwner()
        const name = newName()
        const { fence, wasReached } = fenceAfter(passes)
        const first = provisioner.createDatabase(
          target().server,
          createRequest(target(), owner, name),
          operation({ fence }),
        )
        if (
          await first.then(
            () => !wasReached(),
            () => false,
          )
        ) {
          await provisioner.dropDatabase(target().server, { databaseName: name, owner }, operation())
          assert.ok(passes > 1, 'calls the fence before each of its effects')
          return
        }
        await failsWith(first, 'lease_lost', target().server)
        assert.ok(!(await target().listRaw()).includes(name), 'nothing has the final name before all is done')
        const later = { ...owner, epoch: 2 }
        await provisioner.createDatabase(target().server, createRequest(target(), later, name), operation())
        assert.deepEqual(await leftoversOf(target(), owner), [])
        await provisioner.dropDatabase(target().server, { databaseName: name, owner: later }, operation())
      }
    })

    it('a drop that ended after any of its effects is finished by a later run', async function () {
      this.timeout(120_000)
      for (let passes = 0; ; passes++) {
        const owner = newOwner()
        const name = newName()
        const { fence, wasReached } = fenceAfter(passes)
        await provisioner.createDatabase(
          target().server,
          createRequest(target(), owner, name, { empty: true }),
          operation(),
        )
        const first = provisioner.dropDatabase(target().server, { databaseName: name, owner }, operation({ fence }))
        if (
          await first.then(
            () => !wasReached(),
            () => false,
          )
        ) {
          assert.ok(passes > 0, 'calls the fence before each of its effects')
          return
        }
        await failsWith(first, 'lease_lost', target().server)
        const later = { ...owner, epoch: 2 }
        await provisioner.dropDatabase(target().server, { databaseName: name, owner: later }, operation())
        const left = await target().listRaw()
        assert.ok(!left.includes(name))
        assert.deepEqual(await leftoversOf(target(), owner), [])
      }
    })

    it('an abort at any moment of a create leaves nothing behind', async function () {
      this.timeout(120_000)
      for (const delayMs of [0, 10, 30, 60, 120, 240]) {
        const owner = newOwner()
        const name = newName()
        const abort = new AbortController()
        const creating = provisioner.createDatabase(
          target().server,
          createRequest(target(), owner, name),
          operation({ signal: abort.signal }),
        )
        const outcome = creating.then(
          () => 'finished',
          (error: unknown) => (isFailure(error) ? 'stopped' : error),
        )
        await sleep(delayMs)
        abort.abort()
        const ended = await outcome
        assert.ok(ended === 'finished' || ended === 'stopped', String(ended))
        assert.deepEqual(await leftoversOf(target(), owner), [])
        assert.equal((await target().listRaw()).includes(name), ended === 'finished')
        await provisioner.dropDatabase(target().server, { databaseName: name, owner }, operation())
      }
    })

    it('an abort ends a copy that waits, soon', async function () {
      const hold = target().holdTemplate
      if (!hold) return this.skip()
      this.timeout(60_000)
      const held = await hold()
      const owner = newOwner()
      const abort = new AbortController()
      const outcome = provisioner.createDatabase(
        target().server,
        createRequest(target(), owner, newName()),
        operation({ signal: abort.signal }),
      )
      outcome.catch(() => undefined)
      await sleep(500)
      const start = Date.now()
      abort.abort()
      await failsWith(outcome, 'job_cancelled', target().server)
      assert.ok(Date.now() - start < 3_000, 'ends soon after the abort')
      await held.release()
      assert.deepEqual(await leftoversOf(target(), owner), [])
    })

    it('a lost connection is a failure worth repeating, and the repetition succeeds', async function () {
      const { holdTemplate: hold, restart } = target()
      if (!hold || !restart) return this.skip()
      this.timeout(120_000)
      const held = await hold()
      const owner = newOwner()
      const name = newName()
      const request = createRequest(target(), owner, name)
      const outcome = provisioner.createDatabase(target().server, request, operation())
      outcome.catch(() => undefined)
      await sleep(500)
      await restart()
      const failure = await failsWith(outcome, 'server_unreachable', target().server)
      assert.equal(failure.retryable, true)
      await held.release()
      const later = { ...owner, epoch: 2 }
      const made = await provisioner.createDatabase(target().server, { ...request, owner: later }, operation())
      assert.equal(made.created, 'now')
      assert.deepEqual(await leftoversOf(target(), owner), [])
      await provisioner.dropDatabase(target().server, { databaseName: name, owner: later }, operation())
    })
  })
}
