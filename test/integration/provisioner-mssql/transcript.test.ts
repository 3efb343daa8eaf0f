import { provisioner } from '@edfi-tenants/provisioner-mssql'
import { describeTranscripts } from '../../support/describe-transcripts.js'
import { fakeForConformance } from '../../support/sql-server/fake-for-conformance.js'
import { transcriptSteps } from '../../support/sql-server/transcript-steps.js'

describe('the transcripts in docs/provisioners/mssql.md', () => {
  let target: Awaited<ReturnType<typeof fakeForConformance>>
  before(async () => {
    target = await fakeForConformance()
  })
  after(() => target.stop?.())

  const { own, databaseName, step, create, drop, moves, looks, sent } = transcriptSteps(provisioner, () => target)
  const ownLogin = { username: 'ods_x', password: 'Own-Pass-1b', own: true as const }
  const template = { backup: '/var/opt/mssql/backup/minimal.bak' }
  const identityNow = () => {
    const found = target.model.get(databaseName)
    return `${found.id}.${found.broker.toLowerCase()}`
  }

  describeTranscripts(
    'mssql.md',
    [
      ['create from a backup', () => create({ source: { kind: 'template', name: 'minimal', template } })],
      step('stop', (server, operation) => provisioner.stopDatabase(server, own, operation)),
      step('start', (server, operation) =>
        provisioner.startDatabase(server, { ...own, identity: identityNow() }, operation),
      ),
      ...moves,
      ...looks,
      step('test', (server, operation) =>
        provisioner.testServer(
          server,
          { templates: { minimal: target.template }, registeredLogin: target.login, ownLogins: true },
          operation,
        ),
      ),
      drop('drop'),
      ['create empty with a login of its own', () => create({ source: { kind: 'empty' }, login: ownLogin })],
      step('drop with the own login', (server, operation) =>
        provisioner.dropDatabase(server, { ...own, ownLogin: ownLogin.username }, operation),
      ),
    ],
    sent,
  )
})
