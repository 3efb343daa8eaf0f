import { setTimeout as sleep } from 'node:timers/promises'
import type { ConformanceServer } from '@edfi-tenants/provisioner/conformance'
import { connectTo, isOpen } from './client.js'
import { FakeSqlServer, type FakeOptions } from './fake-sql-server.js'
import { startTdsServer } from './start-tds-server.js'

const tables = [
  ...['Student', 'Staff', 'Contact', 'EducationOrganization', 'School', 'LocalEducationAgency', 'SchoolYearType'],
  ...['Section', 'StudentSchoolAssociation', 'StudentSectionAssociation', 'Descriptor'],
]

/** The model as the conformance suite needs it. */
export async function fakeForConformance(
  options: FakeOptions = {},
): Promise<ConformanceServer & { model: FakeSqlServer; cut(): void }> {
  const model = new FakeSqlServer(options)
  const admin = { username: 'tenant_admin', password: 'Admin-Pass-8c1f' }
  const login = { username: 'ods_api', password: 'App-Pass-77aa' }
  const { sid } = model.addLogin(admin.username, admin.password)
  model.addLogin(login.username, login.password)
  const template = model.create('EdFi_Ods_Populated_Template_Test', 'sa')
  for (const table of tables) template.tables.set(table, table === 'Descriptor' ? 1_400 : 0)
  model.backups.set('/var/opt/mssql/backup/minimal.bak', template)
  model.drop(template)
  const tds = await startTdsServer(model)
  const createFor = (owner: string, name: string): Promise<void> => {
    const user = {
      sid: model.logins.get(login.username)?.sid ?? '',
      connect: 'granted' as const,
      roles: new Set<string>(),
    }
    model.create(name, owner).users.set(login.username, user)
    return Promise.resolve()
  }
  return {
    model,
    cut: () => tds.cut(),
    server: {
      id: 'conformance',
      name: 'conformance',
      settings: { host: '127.0.0.1', port: tds.port, encrypt: false },
      credentials: admin,
    },
    template: { backup: '/var/opt/mssql/backup/minimal.bak' },
    missingTemplate: { backup: '/var/opt/mssql/backup/none.bak' },
    login,
    listRaw: () => Promise.resolve(model.databases.map((each) => each.name)),
    createForeign: (name) => createFor('sa', name),
    createUnmarked: (name) => createFor(sid, name),
    dropForeign: (name) => {
      model.databases.splice(model.databases.indexOf(model.get(name)), 1)
      return Promise.resolve()
    },
    copyWithMarker: (from, to) => {
      model.copy(model.get(from), to, sid)
      return Promise.resolve()
    },
    openSession: async (database) => {
      const connection = await connectTo(tds.port, login, database)
      return {
        isOpen: () => isOpen(connection),
        close: async () => {
          connection.close()
          await sleep(20)
        },
      }
    },
    canConnect: (as, database) =>
      connectTo(tds.port, as, database ?? 'master').then(
        async (connection) => {
          connection.close()
          await sleep(20)
          return true
        },
        () => false,
      ),
    sql: {
      addStudent: `insert into edfi.Student (StudentUniqueId) select json_value(@parameters, '$.studentUniqueId')`,
      failOnLine3: `select 1 as one;\n\ninsert into edfi.Student default values`,
      verified: `select N'students' as name, convert(bit, 1) as ok, N'1' as detail`,
      notVerified: `select N'schools' as name, convert(bit, 0) as ok, N'none' as detail`,
      finding: 'select CodeValue from edfi.Descriptor',
      noFinding: 'select 1 as n where 1 = 0',
    },
    stop: () => tds.stop(),
  }
}
