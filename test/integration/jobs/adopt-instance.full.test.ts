import { expect } from 'chai'
import { registrations } from '../../support/registrations.js'
import { startJobStack, type JobStack } from '../../support/job-stack.js'
import { createActive, deleteRegistrationOf, everyStepTwice, failingAfter, lifeOf, onlyWorkerOf } from './life-stack.js'
import { adoptionOf } from './adopt-stack.js'
import { commentOf, registerByHand } from './reconcile-stack.js'

describe('adopting, registering again and releasing, with workers that die', function () {
  this.timeout(180_000)
  let stack: JobStack
  let worker: ReturnType<typeof onlyWorkerOf>
  let life: ReturnType<typeof lifeOf>
  let adoption: ReturnType<typeof adoptionOf>

  before(async () => {
    stack = await startJobStack()
    life = lifeOf(stack)
    worker = onlyWorkerOf(stack)
    adoption = adoptionOf(stack)
  })
  after(async () => {
    await adoption.close()
    await stack.close()
  })

  it('gives everything back when adopting fails at its last step, also when workers die after each step', async () => {
    for (const takesOver of [false, true]) {
      const databaseName = await adoption.madeByHand()
      const name = adoption.unique('Failing')
      const odsInstanceId = takesOver ? await registerByHand(stack, name) : undefined
      const failing = failingAfter('instance.adopt', 'verify-registration')
      await worker.replace({ definitions: failing })
      const { job, instance } = await adoption.adopt({
        databaseName,
        ...(odsInstanceId === undefined ? { name } : { odsInstanceId, name: `${name} new` }),
      })
      const ended = await stack.waitForJob(job.id)
      expect(ended.error).to.include({ code: 'admin_api_refused' })
      expect(ended.outcome).to.deep.include({ compensation: 'done', leftovers: [] })
      expect(await stack.instance(instance.id)).to.include({ status: 'failed', nameHeld: false, odsInstanceId: null })
      expect(await commentOf(stack, databaseName)).to.equal("Grand Bend's own")
      if (odsInstanceId !== undefined)
        expect(await adoption.registration(odsInstanceId)).to.include({ name, instanceType: 'ByHand' })
      else expect(await registrations(stack)).not.to.include(name)
      await worker.replace({ definitions: everyStepTwice('instance.adopt') })
      const instance2 = await adoption.adopted({
        databaseName,
        ...(odsInstanceId === undefined ? { name } : { odsInstanceId }),
      })
      expect(instance2).to.include({ status: 'active', name })
      await worker.replace()
    }
  })

  it('registers again what is gone or changed, also when workers die after each step', async () => {
    await worker.replace({ definitions: everyStepTwice('instance.reregister') })
    const instance = await createActive(stack, 'Registered again')
    const first = instance.odsInstanceId ?? 0
    await deleteRegistrationOf(stack, first)
    await life.done(adoption.reregister(instance))
    const anew = await stack.instance(instance.id)
    expect(anew.odsInstanceId).to.be.greaterThan(first)
    expect(await adoption.registration(anew.odsInstanceId)).to.include({ name: instance.name })
    expect((await adoption.registration(anew.odsInstanceId)).odsInstanceContexts[0]).to.include({
      contextKey: 'schoolYearFromRoute',
    })
    await worker.replace()
  })
})
