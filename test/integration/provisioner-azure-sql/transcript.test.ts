import { readFileSync, writeFileSync } from 'node:fs'
import { retiredName, type Operation } from '@edfi-tenants/provisioner'
import { provisioner } from '@edfi-tenants/provisioner-azure-sql'
import { expect } from 'chai'
import { azureForConformance } from '../../support/sql-server/azure-for-conformance.js'
import type { SentStatement } from '../../support/sql-server/fake-sql-server.js'
import { newOwner, quietOperation } from '../../support/sql-server/requests.js'
import { transcriptOf } from '../../support/sql-server/transcript.js'

const page = new URL('../../../docs/provisioners/azure-sql.md', import.meta.url)

/** A block of the page; the line before it names it. */
const blockOf = (name: string) => new RegExp(`(<!-- transcript: ${name} -->\n+\`\`\`sql\n)([\\s\\S]*?)(\n\`\`\`)`)

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

  const owner = newOwner()
  const databaseName = 'EdFi_Ods_x'
  const own = { databaseName, owner }
  const retire = () => ({ ...own, retiredName: retiredName(owner.instanceId), login: { ...target.login, own: false } })
  const create = (source: object) => (operation: Operation) =>
    provisioner.createDatabase(
      target.server,
      { ...own, login: { ...target.login, own: false }, source } as never,
      operation,
    )
  const drop = (operation: Operation) => provisioner.dropDatabase(target.server, own, operation)
  const minimal = (template: object) => ({ kind: 'template', name: 'minimal', template })

  const steps: [string, (operation: Operation) => Promise<unknown>][] = [
    ['create from a template', (operation) => create(minimal(target.template as object))(operation)],
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
    ['list', (operation) => provisioner.listDatabases(target.server, operation)],
    [
      'probe',
      (operation) =>
        provisioner.probeDatabases(target.server, { databaseNames: [databaseName], sizes: true }, operation),
    ],
    [
      'count',
      (operation) =>
        provisioner.countDatabase(
          target.server,
          {
            databaseName,
            login: target.login,
            statementTimeoutMs: 30_000,
            checks: [{ name: 'none', sql: target.sql.noFinding }],
          },
          operation,
        ),
    ],
    [
      'verify',
      (operation) =>
        provisioner.verifyDatabase(target.server, { ...own, login: target.login, expect: 'ods' }, operation),
    ],
    [
      'scripts',
      (operation) =>
        provisioner.runScripts(
          target.server,
          {
            ...own,
            login: target.login,
            scripts: [{ name: '010.sql', sql: target.sql.addStudent }],
            parameters: { studentUniqueId: '1' },
            verify: { name: 'verify.sql', sql: target.sql.verified },
          },
          operation,
        ),
    ],
    ['release', (operation) => provisioner.releaseDatabase(target.server, own, operation)],
    [
      'adopt',
      (operation) =>
        provisioner.adoptDatabase(target.server, { ...own, login: { ...target.login, own: false } }, operation),
    ],
    [
      'test',
      (operation) =>
        provisioner.testServer(
          target.server,
          { templates: { minimal: target.template }, registeredLogin: target.login, ownLogins: false },
          operation,
        ),
    ],
    ['drop', drop],
    ['create empty', create({ kind: 'empty' })],
    ['', drop],
  ]
  const copyOwner = { ...owner, instanceId: newOwner().instanceId }

  for (const [name, run] of steps)
    it(name === '' ? '(back to the name before)' : `${name}: is what is sent`, async () => {
      target.model.sent.length = 0
      await run(quietOperation())
      if (name === '') return
      const sent = transcriptOf(once(target.model.sent), name === 'copy' ? copyOwner : owner)
      const text = readFileSync(page, 'utf8')
      if (process.argv.includes('--write-transcripts'))
        writeFileSync(
          page,
          text.replace(blockOf(name), (_, before: string, _old, after: string) => before + sent + after),
        )
      else expect(blockOf(name).exec(text)?.[2], `block "${name}"`).to.equal(sent)
    })

  it('leaves out no operation that talks to a server', () => {
    const names = steps.map(([name]) => name).filter((name) => name !== '')
    const blocks = [...readFileSync(page, 'utf8').matchAll(/<!-- transcript: (.+) -->/g)].map(([, name]) => name)
    expect([...blocks].sort()).to.deep.equal([...names].sort())
  })
})
