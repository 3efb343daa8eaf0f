import { Failure } from '@edfi-tenants/core'
import {
  isOwnedBy,
  type Operation,
  type Server,
  type VerifiedDatabase,
  type VerifyDatabase,
} from '@edfi-tenants/provisioner'
import { withSession, type Session } from './connect.js'
import { insteadOf } from './errors.js'
import { findDatabase } from './marker.js'
import { assertName } from './quote.js'
import { readSettings } from './settings.js'

/** Enough to tell an ODS from anything else, in every data standard. */
const coreTables = [
  'descriptor',
  'educationorganization',
  'localeducationagency',
  'school',
  'schoolyeartype',
  'staff',
  'student',
  'studentschoolassociation',
]

const oldestMajorVersion = 7
const statementTimeoutMs = 60_000

/** Connects with the login that ODS/API will use, and looks whether this is an ODS that it can serve. */
export const verifyDatabase = async (
  server: Server,
  request: VerifyDatabase,
  operation: Operation,
): Promise<VerifiedDatabase> => {
  assertName(request.databaseName)
  return withSession(
    {
      settings: readSettings(server),
      database: request.databaseName,
      login: request.login,
      role: 'registered',
      readOnly: true,
      statementTimeoutMs,
    },
    operation.signal,
    async (session) => {
      await assertNotForeign(session, request)
      if (request.expect === 'connection') return { odsVersion: null, dataStandard: null, descriptors: null }
      await assertCoreTables(session)
      const versions = await readVersions(session)
      return { ...versions, descriptors: await countDescriptors(session) }
    },
  ).catch((error: unknown) => {
    throw insteadOf(error, ['55000'], 'registered_login_failed', 'The database accepts no connections.')
  })
}

/** An adopted database has no marker; one that says it is somebody else's has been mistaken for ours. */
async function assertNotForeign(session: Session, { databaseName, owner }: VerifyDatabase): Promise<void> {
  const found = await findDatabase(session, databaseName)
  if (found?.marker && !isOwnedBy(found.marker, { ...owner, epoch: Infinity }))
    throw new Failure('not_our_database', 'The database is marked as another instance’s.')
}

async function assertCoreTables(session: Session): Promise<void> {
  const rows = await session.query<{ name: string; readable: boolean }>(
    `select c.relname::text as name,
       has_schema_privilege(n.oid, 'USAGE') and has_table_privilege(c.oid, 'SELECT') as readable
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'edfi' and c.relkind in ('r', 'p') and c.relname = any ($1::text[])`,
    [coreTables],
  )
  const missing = coreTables.filter((table) => !rows.some((row) => row.name === table))
  if (missing.length > 0) throw new Failure('not_an_ods', `Missing in schema edfi: ${missing.join(', ')}.`)
  const closed = rows.filter((row) => !row.readable).map((row) => row.name)
  if (closed.length > 0)
    throw new Failure('registered_login_failed', `The login may not read these tables of edfi: ${closed.join(', ')}.`)
}

async function readVersions(session: Session): Promise<{ odsVersion: string | null; dataStandard: string | null }> {
  const rows = await session.query<{ name: 'getedfiodsversion' | 'getedfistandardversion' }>(
    `select p.proname::text as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
     where n.nspname = 'util' and p.proname in ('getedfiodsversion', 'getedfistandardversion') and p.pronargs = 0`,
  )
  const read = async (name: (typeof rows)[number]['name']): Promise<string | null> => {
    if (!rows.some((row) => row.name === name)) return null
    const [row] = await session.query<{ version: string | null }>(`select util.${name}()::text as version`)
    return row?.version?.trim() ?? null
  }
  const odsVersion = await read('getedfiodsversion')
  if (odsVersion !== null && Number.parseInt(odsVersion, 10) < oldestMajorVersion)
    throw new Failure('ods_version_unsupported', `The database says that it is of ODS version ${odsVersion}.`)
  return { odsVersion, dataStandard: await read('getedfistandardversion') }
}

async function countDescriptors(session: Session): Promise<number> {
  const [row] = await session.query<{ count: string }>('select count(*) as count from edfi.descriptor')
  const count = Number(row?.count ?? 0)
  if (count === 0)
    throw new Failure('not_an_ods', 'There are no descriptors: the schema is there, but nothing has been loaded.')
  return count
}
