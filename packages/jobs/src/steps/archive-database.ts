import { randomBytes, randomUUID } from 'node:crypto'
import { Failure, type ArchiveReason, type JsonObject } from '@edfi-tenants/core'
import { archiveName, type DatabaseCounts, type Login } from '@edfi-tenants/provisioner'
import {
  insertArchive,
  openArchiveKey,
  patchArchive,
  readArchive,
  readNewestArchive,
  type ArchivePatch,
} from '@edfi-tenants/store'
import { archiveCounts, countTimeoutMs } from '../archives/archive-counts.js'
import { archivedSource } from '../archives/archived-source.js'
import { checkRestore, verificationOf } from '../archives/check-restore.js'
import { pull } from '../archives/pull.js'
import { quietOperation } from '../archives/quiet-operation.js'
import { removeArchive } from '../archives/remove-archive.js'
import { dropScratchDatabase, withScratchDatabase } from '../archives/scratch-database.js'
import { defineStep, type ServerAccess, type StepContext } from '../engine/define-job.js'
import { closeWherePossible, openWherePossible } from './close-where-possible.js'
import { loginPasswordContext } from './create-database.js'

/**
 * Archives the instance's database, or what has become of it since it was retired. Where the worker has a storage and
 * the engine's own programs, the export is streamed there, encrypted on the way; otherwise a copy is kept on the
 * database server, which nobody can connect to.
 *
 * What was stored is read back whole before the archive counts as available: checksum and authentication then prove that
 * the storage has what the export gave. Before a purge that comes at once it is restored into a throw-away database too,
 * and its counts compared; at other times there is a job for that.
 */
export const archiveDatabase = defineStep({
  name: 'archive',
  usesServer: true,
  weight: 6,
  timeoutMs: 6 * 60 * 60_000,
  skip: ({ job }) => (job.parameters['archive'] === false ? 'No archive was asked for.' : null),

  async run(context) {
    const { job, instance, store, saved, save } = context
    const { parameters } = job
    const access = await context.database()
    const work: Work = { context, access, archiveId: (saved?.['archiveId'] as string | undefined) ?? randomUUID() }
    const purgesNow = parameters['purge'] === 'now'
    const format = context.archives && (await access.provisioner.exportFormats(access.server, context))[0]
    if (!format && purgesNow && parameters['acceptSameServer'] !== true)
      throw new Failure(
        'archive_not_off_server',
        context.archives
          ? 'This worker has no program that could export databases of this server.'
          : 'There is no storage for archives.',
      )
    if (!saved) await save({ output: { archiveId: work.archiveId } })
    const archive = {
      id: work.archiveId,
      reason: reasonOf(parameters),
      source: archivedSource(instance, access),
      legalHold: parameters['legalHold'] === true,
      expiresAt: typeof parameters['expiresAt'] === 'string' ? parameters['expiresAt'] : null,
    }
    await insertArchive(store, claimOf(context), archive, randomBytes(32))

    const patch = format ? await exportOffServer(work, format) : await copyOnServer(work)
    await patchArchive(store.database, claimOf(context), work.archiveId, patch)
    if (purgesNow && format) await proveByRestore(work)
    await patchArchive(store.database, claimOf(context), work.archiveId, { status: 'available', finished: true })
    return {
      output: { archiveId: work.archiveId },
      result: { archiveId: work.archiveId, durability: patch.durability ?? null, sizeBytes: patch.sizeBytes ?? null },
      instance: { archivedAt: new Date().toISOString() },
      detail: format
        ? `Exported, encrypted and stored off the server (${patch.sizeBytes ?? 0} bytes), and read back.`
        : 'Kept as a copy on the same database server, which nobody can connect to.',
    }
  },

  async undo(context) {
    const archiveId = context.saved?.['archiveId']
    if (typeof archiveId !== 'string') return { detail: 'Nothing had been archived.' }
    const { store, job } = context
    await dropScratchDatabase(context, await context.database())
    const archive = await readArchive(store.database, archiveId, '*')
    if (!archive) return { detail: 'Nothing had been archived.' }
    await removeArchive(context, archive)
    await patchArchive(store.database, claimOf(context), archiveId, {
      status: archive.status === 'available' ? 'deleted' : 'failed',
      verification: { readBack: false, error: { code: job.error?.code ?? null, detail: job.error?.detail ?? null } },
      finished: true,
      deleted: true,
    })
    const newest = await readNewestArchive(store.database, archive.instanceId)
    return { instance: { archivedAt: newest?.finishedAt ?? null }, detail: 'What had been archived was removed.' }
  },
})

interface Work {
  context: StepContext
  access: ServerAccess
  archiveId: string
}

const claimOf = ({ job, ownership }: StepContext) => ({ jobId: job.id, epoch: ownership.epoch })

const reasonOf = (parameters: JsonObject): ArchiveReason =>
  parameters['scheduled'] === true ? 'scheduled' : parameters['purge'] === undefined ? 'requested' : 'delete'

/** The database as it is called now, and the login that may read it: of a retired one only the privileged. */
async function findSource({ context, access }: Work): Promise<Source> {
  const { instance, store } = context
  const databaseName = instance.retiredName ?? instance.databaseName
  const [probe] = await access.provisioner.probeDatabases(
    access.server,
    { databaseNames: [databaseName], sizes: false },
    context,
  )
  if (!probe || probe.state === 'missing')
    throw new Failure('database_missing', `There is no database "${databaseName}" on the server.`)
  if (instance.databaseIdentity !== null && probe.identity !== instance.databaseIdentity)
    throw new Failure('not_our_database', `"${databaseName}" is another database than the one on record.`)
  const own: Login | null =
    instance.loginName && instance.loginPassword
      ? {
          username: instance.loginName,
          password: store.sealer.open(instance.loginPassword, loginPasswordContext(instance.id)),
        }
      : null
  return {
    databaseName,
    isStopped: probe.state === 'stopped',
    isRetired: instance.retiredName !== null,
    login:
      instance.retiredName === null
        ? (access.sharedLogin ?? own ?? access.server.credentials)
        : access.server.credentials,
    ...(instance.databaseIdentity === null ? {} : { identity: instance.databaseIdentity }),
  }
}

interface Source {
  databaseName: string
  identity?: string
  isStopped: boolean
  isRetired: boolean
  login: Login
}

const count = ({ context, access }: Work, databaseName: string, login: Login): Promise<DatabaseCounts> =>
  access.provisioner.countDatabase(access.server, { databaseName, login, statementTimeoutMs: countTimeoutMs }, context)

/** A stopped database takes no connections, an export's neither, and stays stopped: a copy of it is exported. */
async function exportOffServer(work: Work, format: string): Promise<ArchivePatch> {
  const { context, access } = work
  const source = await findSource(work)
  if (!source.isStopped) return exportFrom(work, format, source)
  const copy = { kind: 'copy' as const, ...namedSource(source), mayEndSessions: true }
  return withScratchDatabase(context, access, copy, (databaseName) =>
    exportFrom(work, format, { databaseName, login: access.server.credentials }),
  )
}

const namedSource = ({ databaseName, identity }: Pick<Source, 'databaseName' | 'identity'>) => ({
  databaseName,
  ...(identity === undefined ? {} : { identity }),
})

async function exportFrom(
  work: Work,
  format: string,
  source: Pick<Source, 'databaseName' | 'identity' | 'login'>,
): Promise<ArchivePatch> {
  const { context, access, archiveId } = work
  const { archives, store, signal, progress } = context
  if (!archives) throw new Failure('internal_error', 'There is no storage for archives.')
  const key = await openArchiveKey(store, archiveId)
  const location = archives.locate(archiveId)
  await patchArchive(store.database, claimOf(context), archiveId, { durability: 'off_server', format, location })
  const before = await count(work, source.databaseName, source.login)
  progress(10, 'exporting')
  let exported = 0
  const chunks = pull(async (write, stop) => {
    const operation = { ...quietOperation(context), signal: stop }
    const done = await access.provisioner.exportDatabase(access.server, namedSource(source), write, operation)
    exported = done.bytes
    // Only then is the end of the stream written: nobody who has lost the job finishes an archive.
    await context.fence()
  }, signal)
  const stored = await archives.write(archiveId, chunks, key, { signal })
  const after = await count(work, source.databaseName, source.login)
  progress(60, 'reading back')
  let read = 0
  for await (const chunk of archives.read(stored, key, { signal })) read += chunk.length
  if (read !== exported)
    throw new Failure('archive_corrupt', `${exported} bytes were exported and ${read} can be read back.`)
  return {
    ...stored,
    durability: 'off_server',
    format,
    counts: archiveCounts(before, after),
    verification: { readBack: true, restored: false },
  }
}

/** The copy is counted itself before it is closed, so its record says exactly what it holds. */
async function copyOnServer(work: Work): Promise<ArchivePatch> {
  const { context, access, archiveId } = work
  const { provisioner, server } = access
  const source = await findSource(work)
  const databaseName = archiveName(archiveId)
  const owner = { ...context.ownership, instanceId: archiveId }
  await patchArchive(context.store.database, claimOf(context), archiveId, {
    durability: 'same_server',
    format: 'copy',
    location: { databaseName },
  })
  const mayEndSessions = source.isRetired || source.isStopped || context.job.parameters['allowDowntime'] === true
  const { identity } = await provisioner.createDatabase(
    server,
    {
      databaseName,
      source: { kind: 'copy', ...namedSource(source), mayEndSessions },
      kind: 'archive',
      owner,
      login: null,
    },
    context,
  )
  // An earlier try may have closed it already.
  await openWherePossible(access, { databaseName, owner, identity }, context)
  const counted = await count(work, databaseName, server.credentials)
  const sizeBytes = await provisioner.databaseSize(server, { databaseName }, context)
  await closeWherePossible(access, { databaseName, owner, identity }, context)
  return {
    durability: 'same_server',
    format: 'copy',
    location: { databaseName, identity },
    checksum: null,
    sizeBytes,
    counts: archiveCounts(counted, null),
    verification: { readBack: true, restored: false },
  }
}

async function proveByRestore({ context, access, archiveId }: Work): Promise<void> {
  const { store, progress } = context
  progress(75, 'restoring, to be sure')
  const archive = await readArchive(store.database, archiveId, '*')
  if (!archive) throw new Failure('archive_not_available', 'The archive is not on record.')
  const check = await checkRestore(context, access, archive)
  await patchArchive(store.database, claimOf(context), archiveId, {
    verification: verificationOf(check),
    ...(check.differences.length === 0 ? { verified: true as const } : {}),
  })
  if (check.differences.length > 0)
    throw new Failure('archive_differs', `The archive was restored and differs: ${check.differences.join('; ')}.`)
}
