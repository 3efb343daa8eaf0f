import { provisioner } from '@edfi-tenants/provisioner-aws-rds-sqlserver'
import { expect } from 'chai'
import { describeTranscripts } from '../../support/describe-transcripts.js'
import { rdsBucket, rdsForConformance } from '../../support/sql-server/rds-for-conformance.js'
import { transcriptSteps } from '../../support/sql-server/transcript-steps.js'
import { quietOperation } from '../../support/sql-server/requests.js'

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

  const { databaseName, step, create, drop, moves, sent } = transcriptSteps(provisioner, () => target)
  const fromBackup = {
    source: { kind: 'template' as const, name: 'minimal', template: { backup: `${rdsBucket}/minimal.bak` } },
  }
  /** Aborted while RDS is half-way. */
  const aborted = async () => {
    const abort = new AbortController()
    target.rds.hold = new Promise(() => undefined)
    const progress = (percent: number) => {
      if (percent === 35) abort.abort()
    }
    const error = await create(fromBackup, { ...quietOperation(), signal: abort.signal, progress }).catch(
      (reason: unknown) => reason,
    )
    target.rds.hold = undefined
    expect(error).to.include({ code: 'job_cancelled' })
  }

  describeTranscripts(
    'aws-rds-sqlserver.md',
    [
      ['create that is aborted', aborted],
      ['create from a backup', () => create(fromBackup)],
      ...moves,
      step('test', (server, operation) =>
        provisioner.testServer(
          server,
          { templates: { minimal: target.template, other: { database: databaseName } }, ownLogins: true },
          operation,
        ),
      ),
      drop('drop'),
    ],
    { ...sent, transcript: (name) => onceEach(sent.transcript(name)) },
  )
})
