import { retiredName, type CreateDatabase, type Operation, type Provisioner } from '@edfi-tenants/provisioner'
import type { ConformanceServer } from '@edfi-tenants/provisioner/conformance'
import type { TranscriptStep } from '../describe-transcripts.js'
import type { SentStatement } from './fake-sql-server.js'
import { newOwner, quietOperation } from './requests.js'
import { transcriptOf } from './transcript.js'

type Target = ConformanceServer & { model: { sent: SentStatement[] } }
export type Wished = Partial<CreateDatabase> & Pick<CreateDatabase, 'source'>

/** The operations of a provisioner for SQL Server as its page of transcripts shows them, all about one database. */
export function transcriptSteps(provisioner: Provisioner, target: () => Target) {
  const owner = newOwner()
  const copyOwner = { ...owner, instanceId: newOwner().instanceId }
  const databaseName = 'EdFi_Ods_x'
  const own = { databaseName, owner }
  const shared = () => ({ ...target().login, own: false as const })
  const retirement = () => ({ ...own, retiredName: retiredName(owner.instanceId), login: shared() })
  const step = (
    name: string,
    run: (server: ConformanceServer['server'], operation: Operation) => Promise<unknown>,
  ): TranscriptStep => [name, () => run(target().server, quietOperation())]
  const create = (wished: Wished, operation = quietOperation()) =>
    provisioner.createDatabase(target().server, { ...own, login: shared(), ...wished }, operation)

  return {
    own,
    databaseName,
    step,
    create,
    drop: (name: string) => step(name, (server, operation) => provisioner.dropDatabase(server, own, operation)),
    /** Under another name and back, copied, retired and revived. */
    moves: [
      step('rename', (server, operation) =>
        provisioner.renameDatabase(server, { from: databaseName, to: 'EdFi_Ods_y', owner }, operation),
      ),
      step('', (server, operation) =>
        provisioner.renameDatabase(server, { from: 'EdFi_Ods_y', to: databaseName, owner }, operation),
      ),
      step('copy', (server, operation) =>
        provisioner.createDatabase(
          server,
          {
            owner: copyOwner,
            databaseName: 'tm_archive_x',
            kind: 'archive',
            login: null,
            source: { kind: 'copy', databaseName, mayEndSessions: false },
          },
          operation,
        ),
      ),
      step('retire', (server, operation) => provisioner.retireDatabase(server, retirement(), operation)),
      step('revive', (server, operation) => provisioner.reviveDatabase(server, retirement(), operation)),
    ],
    /** What looks at it, or works inside it. */
    looks: [
      step('list', (server, operation) => provisioner.listDatabases(server, operation)),
      step('probe', (server, operation) =>
        provisioner.probeDatabases(server, { databaseNames: [databaseName], sizes: true }, operation),
      ),
      step('count', (server, operation) =>
        provisioner.countDatabase(
          server,
          {
            databaseName,
            login: target().login,
            statementTimeoutMs: 30_000,
            checks: [{ name: 'none', sql: target().sql.noFinding }],
          },
          operation,
        ),
      ),
      step('verify', (server, operation) =>
        provisioner.verifyDatabase(server, { ...own, login: target().login, expect: 'ods' }, operation),
      ),
      step('scripts', (server, operation) =>
        provisioner.runScripts(
          server,
          {
            ...own,
            login: target().login,
            scripts: [{ name: '010.sql', sql: target().sql.addStudent }],
            parameters: { studentUniqueId: '1' },
            verify: { name: 'verify.sql', sql: target().sql.verified },
          },
          operation,
        ),
      ),
      step('release', (server, operation) => provisioner.releaseDatabase(server, own, operation)),
      step('adopt', (server, operation) => provisioner.adoptDatabase(server, { ...own, login: shared() }, operation)),
    ],
    /** What was sent, in the words of the page. */
    sent: {
      forget: () => void (target().model.sent.length = 0),
      transcript: (name: string, sent: readonly SentStatement[] = target().model.sent) =>
        transcriptOf(sent, name === 'copy' ? copyOwner : owner),
    },
  }
}
