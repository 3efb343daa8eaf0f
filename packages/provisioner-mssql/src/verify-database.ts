import { Failure } from '@edfi-tenants/core'
import {
  isOwnedBy,
  type Operation,
  type Server,
  type VerifiedDatabase,
  type VerifyDatabase,
} from '@edfi-tenants/provisioner'
import { onMaintenance, type Session } from './connect.js'
import { findDatabase } from './marker.js'
import { findTables, readVersions } from './ods-catalogue.js'
import { assertName, quoteName } from './quote.js'
import { onRegistered } from './registered-session.js'

/** Enough to tell an ODS from anything else, in every data standard. */
const coreTables = [
  'Descriptor',
  'EducationOrganization',
  'LocalEducationAgency',
  'School',
  'SchoolYearType',
  'Staff',
  'Student',
  'StudentSchoolAssociation',
]

const oldestMajorVersion = 7
const statementTimeoutMs = 60_000

/** Connects with the login that ODS/API will use, and looks whether this is an ODS that it can serve. */
export const verifyDatabase = async (
  server: Server,
  request: VerifyDatabase,
  operation: Operation,
): Promise<VerifiedDatabase> => {
  const { databaseName, login } = request
  assertName(databaseName)
  await assertNotForeign(server, request, operation)
  return onRegistered(server, { databaseName, login, statementTimeoutMs }, operation, async (session) => {
    if (request.expect === 'connection') {
      await session.query('select 1 as one')
      return { odsVersion: null, dataStandard: null, descriptors: null }
    }
    const table = await assertCoreTables(session)
    const versions = await readVersions(session)
    if (versions.odsVersion !== null && Number.parseInt(versions.odsVersion, 10) < oldestMajorVersion)
      throw new Failure(
        'ods_version_unsupported',
        `The database says that it is of ODS version ${versions.odsVersion}.`,
      )
    return { ...versions, descriptors: await countDescriptors(session, table) }
  })
}

/**
 * An adopted database has no marker; one that says it is somebody else's has been mistaken for ours. Only the
 * privileged login can be relied on to see it.
 */
const assertNotForeign = (server: Server, { databaseName, owner }: VerifyDatabase, operation: Operation) =>
  onMaintenance(server, operation, async (session) => {
    const found = await findDatabase(session, databaseName)
    if (!found) throw new Failure('database_missing', 'There is no database of this name on the server.')
    if (found.marker && !isOwnedBy(found.marker, { ...owner, epoch: Infinity }))
      throw new Failure('not_our_database', 'The database is marked as another instance’s.')
  })

async function assertCoreTables(session: Session): Promise<string> {
  const tables = await findTables(session, coreTables)
  const there = new Map(tables.map((table) => [table.name.toLowerCase(), table]))
  const missing = coreTables.filter((name) => !there.has(name.toLowerCase()))
  if (missing.length > 0) throw new Failure('not_an_ods', `Missing in schema edfi: ${missing.join(', ')}.`)
  const closed = tables.filter(({ readable }) => !readable).map(({ name }) => name)
  if (closed.length > 0)
    throw new Failure('registered_login_failed', `The login may not read these tables of edfi: ${closed.join(', ')}.`)
  return there.get('descriptor')?.name ?? 'Descriptor'
}

async function countDescriptors(session: Session, table: string): Promise<number> {
  const [row] = await session.query<{ count: string | number }>(
    `select count_big(*) as [count] from edfi.${quoteName(table)}`,
  )
  const count = Number(row?.count ?? 0)
  if (count === 0)
    throw new Failure('not_an_ods', 'There are no descriptors: the schema is there, but nothing has been loaded.')
  return count
}
