import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { queryOn } from '../../support/postgres.js'
import { startWorkerProcess, type WorkerProcess } from '../../support/worker-process.js'
import { startCliStack, type CliStack } from './cli-stack.js'

const tenant = 'district-one'

interface Shown {
  name: string
  status: string
  databaseName: string
  odsInstanceId: number
  contexts: Record<string, string>
  labels: Record<string, string>
}

describe('a school year rolled over by cloning', function () {
  this.timeout(180_000)
  let stack: CliStack
  let worker: WorkerProcess
  let batch: string
  before(async () => {
    stack = await startCliStack()
    worker = startWorkerProcess(stack.jobs.workerEnvironment)
    const header = 'tenant,name,localEducationAgencyId,localEducationAgencyName,vendor,claimSetName'
    const rows = [255901, 255902].map(
      (id) => `${tenant},District ${id} 2026,${id},ISD ${id},SIS Inc.,SIS Vendor,2026,${id}`,
    )
    const input = `${header},context.schoolYearFromRoute,label.district\n${rows.join('\n')}\n`
    const { code, stderr, stdout } = await stack.run(['onboard', '-', '--run', '--watch'], { input })
    expect(code, stderr + stdout).to.equal(0)
  })
  after(async () => {
    await worker.stop()
    await stack.stop()
  })

  const rollover = (...more: string[]) =>
    stack.run(
      [
        'rollover',
        '--from',
        '2026',
        '--to',
        '2027',
        '--method',
        'clone',
        '--attach-credentials',
        '--after',
        'stop',
      ].concat(more),
    )
  async function instances(year: number): Promise<Shown[]> {
    const { stdout } = await stack.run(['instances', '--context', `schoolYearFromRoute=${year}`, '--json'])
    return (JSON.parse(stdout) as { items: Shown[] }).items.sort((a, b) => a.name.localeCompare(b.name))
  }
  const statuses = async (year: number) => (await instances(year)).map(({ name, status }) => `${name} ${status}`)
  /** Which instances each application serves, by Admin API. */
  async function served(): Promise<number[][]> {
    const response = await fetch(`${stack.jobs.simulator.url}/v2/applications?offset=0&limit=25`, {
      headers: { tenant, authorization: `Bearer ${await stack.jobs.simulator.issueToken()}` },
    })
    const applications = (await response.json()) as { odsInstanceIds: number[] }[]
    return applications.map(({ odsInstanceIds }) => odsInstanceIds.sort((a, b) => a - b))
  }
  async function districtsIn({ databaseName }: Shown): Promise<string[]> {
    const url = new URL(stack.jobs.serverUrl)
    url.pathname = `/${databaseName}`
    const districts = 'SELECT localeducationagencyid AS id FROM edfi.localeducationagency'
    return (await queryOn<{ id: number }>(url.href, districts)).map(({ id }) => String(id))
  }

  it('makes next year’s with the data, lets the keys serve both, and stops last year’s', async () => {
    const plan = await rollover('--plan')
    expect(plan.stdout, plan.stderr).to.contain('District 255901 2027').and.to.contain('2 to be made')
    const { code, stderr } = await rollover('--run', '--watch')
    expect(code, stderr).to.equal(0)
    batch = /Batch (\S+):/.exec(stderr)?.[1] ?? ''
    expect(await statuses(2027)).to.deep.equal(['District 255901 2027 active', 'District 255902 2027 active'])
    const [last, next] = [await instances(2026), await instances(2027)]
    for (const [index, instance] of next.entries()) {
      const { district } = instance.labels
      expect(instance.name).to.equal(`District ${district} 2027`)
      expect(await districtsIn(instance)).to.deep.equal([district])
      expect(instance.odsInstanceId).not.to.equal(last[index]?.odsInstanceId)
    }
    const pairs = last.map(({ odsInstanceId }, index) => [odsInstanceId, next[index]?.odsInstanceId])
    expect(await served()).to.have.deep.members(pairs)
    while ((await statuses(2026)).some((shown) => !shown.endsWith('stopped'))) await pause(250)
    expect(await statuses(2027)).to.deep.equal(['District 255901 2027 active', 'District 255902 2027 active'])
  })

  it('changes nothing when it is asked for again', async () => {
    const { code, stdout, stderr } = await rollover('--run', '--watch')
    expect(code, stderr).to.equal(0)
    expect(stdout + stderr).to.contain('2 unchanged')
    expect(await instances(2027)).to.have.length(2)
  })

  it('is taken back by an undo, which leaves last year’s and their keys', async () => {
    const undone = await stack.run(['batch', 'undo', batch, '--watch'])
    expect(undone.code, undone.stderr).to.equal(0)
    expect((await statuses(2027)).filter((shown) => shown.endsWith('active'))).to.deep.equal([])
    const last = await instances(2026)
    expect(await served()).to.have.deep.members(last.map(({ odsInstanceId }) => [odsInstanceId]))
    const started = await stack.run(['instances', '--name', 'District 255901 2026', '--json'])
    expect((JSON.parse(started.stdout) as { items: Shown[] }).items[0]?.status).to.equal('stopped')
  })
})
