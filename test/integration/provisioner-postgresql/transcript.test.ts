import { randomUUID } from 'node:crypto'
import { archiveName, retiredName, type Operation, type Ownership } from '@edfi-tenants/provisioner'
import type { ConformanceServer } from '@edfi-tenants/provisioner/conformance'
import { provisioner } from '@edfi-tenants/provisioner-postgresql'
import { expect } from 'chai'
import { startPostgres } from '../../../scripts/services/postgres.js'
import { describeTranscripts, type TranscriptStep } from '../../support/describe-transcripts.js'
import { postgresForConformance } from '../../support/postgres-conformance.js'
import { recordStatements, type RecordedStatement, type StatementRecorder } from '../../support/record-statements.js'

/** What was sent, as a database administrator reads it: in order, with the parts that differ every time named. */
function transcriptOf(sent: readonly RecordedStatement[], { installationId, instanceId }: Ownership): string {
  const readable = (text: string) =>
    text
      .trim()
      .replaceAll(instanceId, '<instance>')
      .replaceAll(installationId, '<installation>')
      .replace(/tm_<instance>_\d+/g, 'tm_<instance>_<run>')
      .replace(/"epoch":\d+/g, '"epoch":<run>')
      .replace(/"identity":"\d+"/g, '"identity":"<oid>"')
      .replace(/'SCRAM-SHA-256\$[^']*'/g, `'SCRAM-SHA-256$…'`)
  const places: string[] = []
  let heading = ''
  const lines: string[] = []
  for (const [index, { connection, username, database, text }] of sent.entries()) {
    // What is asked until it has the wished-for answer stands there once.
    const before = sent.slice(0, index).findLast((each) => each.connection === connection)
    if (before?.text === text) continue
    const place = `${username} in ${readable(database)}`
    const key = `${connection} ${place}`
    if (!places.includes(key)) places.push(key)
    const number = places.filter((each) => each.endsWith(` ${place}`)).indexOf(key) + 1
    const now = `-- ${place}${number > 1 ? `, on connection ${number}` : ''}`
    if (now !== heading) lines.push(now)
    heading = now
    lines.push(`${readable(text)};`)
  }
  return lines.join('\n')
}

describe('the transcripts in docs/provisioners/postgresql.md', function () {
  this.timeout(60_000)
  let target: ConformanceServer
  let recorder: StatementRecorder
  before(async () => {
    const postgres = await startPostgres()
    target = await postgresForConformance(postgres)
    recorder = await recordStatements(postgres)
    target.server.settings = { ...target.server.settings, port: recorder.port }
  })
  after(async () => {
    await recorder.stop()
    await target.stop?.()
  })

  const operation = (): Operation => ({
    signal: new AbortController().signal,
    fence: () => Promise.resolve(),
    progress: () => undefined,
  })
  const owner: Ownership = { installationId: randomUUID(), instanceId: randomUUID(), epoch: 1 }
  const copyOwner = { ...owner, instanceId: randomUUID() }
  const databaseName = 'EdFi_Ods_x'
  const own = { databaseName, owner }
  const copy = { databaseName: archiveName(copyOwner.instanceId), owner: copyOwner }
  const shared = () => ({ ...target.login, own: false })
  const ownLogin = { username: 'ods_x', password: 'Own-Pass-1b', own: true }
  const retire = () => ({ ...own, retiredName: retiredName(owner.instanceId), login: shared() })

  const steps: TranscriptStep[] = [
    [
      'create from a template',
      () => {
        const source = { kind: 'template' as const, name: 'minimal', template: target.template }
        return provisioner.createDatabase(target.server, { ...own, source, login: shared() }, operation())
      },
    ],
    ['stop', () => provisioner.stopDatabase(target.server, own, operation())],
    ['start', () => provisioner.startDatabase(target.server, own, operation())],
    [
      'rename',
      () => provisioner.renameDatabase(target.server, { from: databaseName, to: 'EdFi_Ods_y', owner }, operation()),
    ],
    ['', () => provisioner.renameDatabase(target.server, { from: 'EdFi_Ods_y', to: databaseName, owner }, operation())],
    [
      'copy',
      () => {
        const source = { kind: 'copy' as const, databaseName, mayEndSessions: true }
        return provisioner.createDatabase(target.server, { ...copy, kind: 'archive', login: null, source }, operation())
      },
    ],
    ['', () => provisioner.dropDatabase(target.server, copy, operation())],
    ['retire', () => provisioner.retireDatabase(target.server, retire(), operation())],
    ['revive', () => provisioner.reviveDatabase(target.server, retire(), operation())],
    ['list', () => provisioner.listDatabases(target.server, operation())],
    [
      'probe',
      () => provisioner.probeDatabases(target.server, { databaseNames: [databaseName], sizes: true }, operation()),
    ],
    ['size', () => provisioner.databaseSize(target.server, { databaseName }, operation())],
    ['formats', () => provisioner.exportFormats(target.server, operation())],
    [
      'count',
      () =>
        provisioner.countDatabase(
          target.server,
          {
            databaseName,
            login: target.login,
            statementTimeoutMs: 30_000,
            checks: [{ name: 'none', sql: target.sql.noFinding }],
          },
          operation(),
        ),
    ],
    [
      'verify',
      () => provisioner.verifyDatabase(target.server, { ...own, login: target.login, expect: 'ods' }, operation()),
    ],
    [
      'scripts',
      () =>
        provisioner.runScripts(
          target.server,
          {
            ...own,
            login: target.login,
            scripts: [{ name: '010.sql', sql: '-- the script, as it is\nselect 1;' }],
            parameters: {},
            verify: { name: 'verify.sql', sql: `select 'all' as name, true as ok, '' as detail` },
          },
          operation(),
        ),
    ],
    ['release', () => provisioner.releaseDatabase(target.server, own, operation())],
    ['adopt', () => provisioner.adoptDatabase(target.server, { ...own, login: shared() }, operation())],
    [
      'test',
      () =>
        provisioner.testServer(
          target.server,
          { templates: { minimal: target.template }, registeredLogin: target.login, ownLogins: false },
          operation(),
        ),
    ],
    ['drop', () => provisioner.dropDatabase(target.server, own, operation())],
    [
      'create empty with a login of its own',
      () =>
        provisioner.createDatabase(target.server, { ...own, source: { kind: 'empty' }, login: ownLogin }, operation()),
    ],
    [
      'drop with the own login',
      () => provisioner.dropDatabase(target.server, { ...own, ownLogin: ownLogin.username }, operation()),
    ],
  ]

  describeTranscripts('postgresql.md', steps, {
    forget: () => void (recorder.sent.length = 0),
    transcript(name) {
      const sent = transcriptOf(recorder.sent, name === 'copy' ? copyOwner : owner)
      expect(sent).not.to.match(/Pass-/)
      return sent
    },
  })
})
