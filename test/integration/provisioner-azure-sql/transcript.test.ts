import { provisioner } from '@edfi-tenants/provisioner-azure-sql'
import { describeTranscripts } from '../../support/describe-transcripts.js'
import { azureForConformance } from '../../support/sql-server/azure-for-conformance.js'
import type { SentStatement } from '../../support/sql-server/fake-sql-server.js'
import { transcriptSteps } from '../../support/sql-server/transcript-steps.js'

/** Without the repetitions of a statement that waits: for a copy, or for a database that somebody is on for the moment. */
function once(sent: readonly SentStatement[]): SentStatement[] {
  const kept: SentStatement[] = []
  for (const statement of sent) {
    const before = kept.findIndex(({ text }) => text === statement.text)
    if (before >= 0 && /dm_database_copies|^alter database|^drop database/.test(statement.text))
      kept.length = before + 1
    else kept.push(statement)
  }
  return kept
}

describe('the transcripts in docs/provisioners/azure-sql.md', () => {
  let target: Awaited<ReturnType<typeof azureForConformance>>
  before(async () => {
    target = await azureForConformance()
  })
  after(() => target.stop?.())

  const { step, create, drop, moves, looks, sent } = transcriptSteps(provisioner, () => target)

  describeTranscripts(
    'azure-sql.md',
    [
      [
        'create from a template',
        () => create({ source: { kind: 'template', name: 'minimal', template: target.template } }),
      ],
      ...moves,
      ...looks,
      step('test', (server, operation) =>
        provisioner.testServer(
          server,
          { templates: { minimal: target.template }, registeredLogin: target.login, ownLogins: false },
          operation,
        ),
      ),
      drop('drop'),
      ['create empty', () => create({ source: { kind: 'empty' } })],
      drop(''),
    ],
    { ...sent, transcript: (name) => sent.transcript(name, once(target.model.sent)) },
  )
})
