import { readFileSync, writeFileSync } from 'node:fs'
import { retiredName, type Operation } from '@edfi-tenants/provisioner'
import { provisioner } from '@edfi-tenants/provisioner-aws-rds-sqlserver'
import { expect } from 'chai'
import { rdsBucket, rdsForConformance } from '../../support/sql-server/rds-for-conformance.js'
import { newOwner, quietOperation } from '../../support/sql-server/requests.js'
import { transcriptOf } from '../../support/sql-server/transcript.js'

const page = new URL('../../../docs/provisioners/aws-rds-sqlserver.md', import.meta.url)

/** A block of the page; the line before it names it. */
const blockOf = (name: string) => new RegExp(`(<!-- transcript: ${name} -->\n+\`\`\`sql\n)([\\s\\S]*?)(\n\`\`\`)`)

/** How often a task is asked for depends on how long it takes. */
const onceEach = (transcript: string): string =>
  transcript
    .replace(/@task_id = \d+/g, '@task_id = <task>')
    .split(/(?<=;)\n/)
    .filter((statement, index, all) => !/rds_task_status/.test(statement) || statement !== all[index - 1])
    .join('\n')

describe('the transcripts in docs/provisioners/aws-rds-sqlserver.md', () => {
  let target: Awaited<ReturnType<typeof rdsForConformance>>
  before(async () => {
    target = await rdsForConformance()
  })
  after(() => target.stop?.())

  const owner = newOwner()
  const copyOwner = { ...owner, instanceId: newOwner().instanceId }
  const databaseName = 'EdFi_Ods_x'
  const own = { databaseName, owner }
  const retire = () => ({ ...own, retiredName: retiredName(owner.instanceId), login: { ...target.login, own: false } })
  const create = (operation: Operation) =>
    provisioner.createDatabase(
      target.server,
      {
        ...own,
        login: { ...target.login, own: false },
        source: { kind: 'template', name: 'minimal', template: { backup: `${rdsBucket}/minimal.bak` } },
      },
      operation,
    )
  /** Aborted while RDS is half-way. */
  const aborted = async (operation: Operation) => {
    const abort = new AbortController()
    target.rds.hold = new Promise(() => undefined)
    const progress = (percent: number) => {
      if (percent === 35) abort.abort()
    }
    const error = await create({ ...operation, signal: abort.signal, progress }).catch((reason: unknown) => reason)
    target.rds.hold = undefined
    expect(error).to.include({ code: 'job_cancelled' })
  }

  const steps: [string, (operation: Operation) => Promise<unknown>][] = [
    ['create that is aborted', aborted],
    ['create from a backup', create],
    [
      'rename',
      (operation) =>
        provisioner.renameDatabase(target.server, { from: databaseName, to: 'EdFi_Ods_y', owner }, operation),
    ],
    [
      '',
      (operation) =>
        provisioner.renameDatabase(target.server, { from: 'EdFi_Ods_y', to: databaseName, owner }, operation),
    ],
    [
      'copy',
      (operation) =>
        provisioner.createDatabase(
          target.server,
          {
            owner: copyOwner,
            databaseName: 'tm_archive_x',
            kind: 'archive',
            login: null,
            source: { kind: 'copy', databaseName, mayEndSessions: false },
          },
          operation,
        ),
    ],
    ['retire', (operation) => provisioner.retireDatabase(target.server, retire(), operation)],
    ['revive', (operation) => provisioner.reviveDatabase(target.server, retire(), operation)],
    [
      'test',
      (operation) =>
        provisioner.testServer(
          target.server,
          { templates: { minimal: target.template, other: { database: databaseName } }, ownLogins: true },
          operation,
        ),
    ],
    ['drop', (operation) => provisioner.dropDatabase(target.server, own, operation)],
  ]

  for (const [name, run] of steps)
    it(name === '' ? '(back to the name before)' : `${name}: is what is sent`, async () => {
      target.model.sent.length = 0
      await run(quietOperation())
      if (name === '') return
      const sent = onceEach(transcriptOf(target.model.sent, name === 'copy' ? copyOwner : owner))
      const text = readFileSync(page, 'utf8')
      if (process.argv.includes('--write-transcripts'))
        writeFileSync(
          page,
          text.replace(blockOf(name), (_, before: string, _old, after: string) => before + sent + after),
        )
      else expect(blockOf(name).exec(text)?.[2], `block "${name}"`).to.equal(sent)
    })

  it('leaves out no operation that differs from SQL Server elsewhere', () => {
    const names = steps.map(([name]) => name).filter((name) => name !== '')
    const blocks = [...readFileSync(page, 'utf8').matchAll(/<!-- transcript: (.+) -->/g)].map(([, name]) => name)
    expect([...blocks].sort()).to.deep.equal([...names].sort())
  })
})
