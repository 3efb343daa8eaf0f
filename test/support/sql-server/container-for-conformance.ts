import { spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Login } from '@edfi-tenants/provisioner'
import type { ConformanceServer } from '@edfi-tenants/provisioner/conformance'
import { GenericContainer, Wait } from 'testcontainers'
import { connectTo, isOpen, runBatch } from './client.js'

/** The image that is used where it is; it is never pulled. */
export const sqlServerImage = 'mcr.microsoft.com/mssql/server:2022-latest'

/** Whether Docker runs and has the image. */
export const hasSqlServerImage = (): boolean =>
  spawnSync('docker', ['image', 'inspect', sqlServerImage], { stdio: 'ignore' }).status === 0

const sa = { username: 'sa', password: 'Sa-Pass-3f9d1' }
const admin = { username: 'tenant_admin', password: 'Admin-Pass-8c1f' }
const login = { username: 'ods_api', password: 'App-Pass-77aa' }
const backup = '/var/opt/mssql/data/minimal.bak'

const name = (text: string): string => `[${text.replaceAll(']', ']]')}]`

const tables = [
  ...['Staff', 'Contact', 'EducationOrganization', 'School', 'LocalEducationAgency', 'SchoolYearType', 'Section'],
  'StudentSectionAssociation',
]

/** Each is a batch of its own: CREATE SCHEMA and CREATE FUNCTION want that. */
const templateBatches = [
  'create schema edfi',
  'create schema util',
  `create function util.GetEdFiOdsVersion() returns nvarchar(20) as begin return N'7.3' end`,
  `create function util.GetEdFiStandardVersion() returns nvarchar(20) as begin return N'5.2.0' end`,
  ...tables.map((table) => `create table edfi.${table} (Id int identity primary key)`),
  `create table edfi.StudentSchoolAssociation (Id int identity primary key, ExitWithdrawDate date null)`,
  `create table edfi.Descriptor (DescriptorId int identity primary key, CodeValue nvarchar(50) not null)`,
  `insert into edfi.Descriptor (CodeValue) values (N'A'), (N'B'), (N'C'), (N'D'), (N'E')`,
  `create table edfi.Student (StudentUSI int identity primary key, StudentUniqueId nvarchar(32) not null,
     LastModifiedDate datetime2 not null default sysutcdatetime(), ChangeVersion bigint not null default 1)`,
  'create index IX_Student_ChangeVersion on edfi.Student (ChangeVersion)',
  `create user ${login.username} for login ${login.username}`,
  `alter authorization on database::Ods_Template to ${admin.username}`,
]

/** A SQL Server in a container; the privileged login has no more rights than the documentation asks. */
export async function containerForConformance(): Promise<ConformanceServer> {
  const container = await new GenericContainer(sqlServerImage)
    .withEnvironment({ ACCEPT_EULA: 'Y', MSSQL_SA_PASSWORD: sa.password })
    .withExposedPorts(1433)
    .withWaitStrategy(Wait.forLogMessage(/SQL Server is now ready for client connections/))
    .withStartupTimeout(170_000)
    .start()
  const [host, port] = [container.getHost(), container.getMappedPort(1433)]
  const connect = (as: Login, database = 'master') => connectTo(port, as, database, { encrypt: true, host })
  const run = async (as: Login, database: string, ...batches: string[]) => {
    const connection = await connect(as, database)
    try {
      let rows: Record<string, unknown>[] = []
      for (const batch of batches) rows = await runBatch(connection, batch)
      return rows
    } finally {
      connection.close()
    }
  }
  for (let tries = 0; ; tries++)
    try {
      await run(sa, 'master', 'select 1')
      break
    } catch (error) {
      if (tries === 30) throw error
      await sleep(1_000)
    }
  await run(
    sa,
    'master',
    `create login ${admin.username} with password = N'${admin.password}'`,
    `alter server role dbcreator add member ${admin.username}`,
    `grant view server state, alter any login to ${admin.username}`,
    `create login ${login.username} with password = N'${login.password}'`,
    'create database Ods_Template',
  )
  await run(sa, 'Ods_Template', ...templateBatches)
  await run(
    sa,
    'master',
    `backup database Ods_Template to disk = N'${backup}' with format`,
    'drop database Ods_Template',
  )
  const withUser = (as: Login, database: string) =>
    run(as, database, `create user ${login.username} for login ${login.username}`)
  return {
    server: {
      id: 'conformance',
      name: 'conformance',
      settings: { host, port, trustServerCertificate: true },
      credentials: admin,
    },
    template: { backup },
    missingTemplate: { backup: '/var/opt/mssql/data/none.bak' },
    login,
    secrets: [sa.password],
    listRaw: async () => (await run(sa, 'master', 'select name from sys.databases')).map((row) => String(row['name'])),
    createForeign: async (database) => {
      await run(sa, 'master', `create database ${name(database)}`)
      await withUser(sa, database)
    },
    createUnmarked: async (database) => {
      await run(admin, 'master', `create database ${name(database)}`)
      await withUser(admin, database)
    },
    dropForeign: async (database) => {
      await run(
        sa,
        'master',
        `alter database ${name(database)} set single_user with rollback immediate; drop database ${name(database)}`,
      )
    },
    copyWithMarker: async (from, to) => {
      const place = `N'/var/opt/mssql/data/copy.bak'`
      await run(sa, 'master', `backup database ${name(from)} to disk = ${place} with format, copy_only`)
      const files = await run(sa, 'master', `restore filelistonly from disk = ${place}`)
      const moves = files.map(
        ({ LogicalName }, index) =>
          `move N'${String(LogicalName)}' to N'/var/opt/mssql/data/copy_${Date.now()}_${index}'`,
      )
      await run(sa, 'master', `restore database ${name(to)} from disk = ${place} with ${moves.join(', ')}`)
    },
    openSession: async (database) => {
      const connection = await connect(login, database)
      return {
        isOpen: () => isOpen(connection),
        close: async () => {
          connection.close()
          await sleep(100)
        },
      }
    },
    canConnect: (as, database) =>
      connect(as, database).then(
        (connection) => {
          connection.close()
          return true
        },
        () => false,
      ),
    sql: {
      addStudent: `insert into edfi.Student (StudentUniqueId) select json_value(@parameters, '$.studentUniqueId')`,
      failOnLine3: `select 1 as one;\n\ninsert into edfi.Student default values`,
      verified: `select N'students' as name, convert(bit, iif(count(*) > 0, 1, 0)) as ok, N'' as detail from edfi.Student`,
      notVerified: `select N'schools' as name, convert(bit, 0) as ok, N'none' as detail`,
      finding: 'with wrong as (select * from edfi.Descriptor) select CodeValue from wrong -- all of them',
      noFinding: 'select 1 as n where 1 = 0',
    },
    stop: async () => {
      await container.stop()
    },
  }
}
