import { once } from 'node:events'
import path from 'node:path'
import { Failure } from '@edfi-tenants/core'
import type { DatabaseSource, Operation, Server } from '@edfi-tenants/provisioner'
import { adminTarget, withSession } from './connect.js'
import { dumpFormat } from './export-database.js'
import { stopped } from './errors.js'
import { withProgramEnvironment } from './program-environment.js'
import { programFailure } from './program-failure.js'
import { findPrograms } from './programs.js'
import { runProgram, type ProgramEnd, type RunningProgram } from './run-program.js'
import { serverMajorVersion } from './server-version.js'
import { readSettings } from './settings.js'
import { unlessStopped } from './unless-stopped.js'

type ExportSource = Extract<DatabaseSource, { kind: 'export' }>

/**
 * Owners, rights and tablespaces are those of the server it came from: here all belongs to the privileged login, which
 * then grants what is needed. Not in one transaction, whose locks a small server has no room for; what remains
 * unfinished is removed whole.
 */
const restoreArguments = ['--no-password', '--no-owner', '--no-privileges', '--no-tablespaces']

/** Fills an empty database of ours with what an export wrote. */
export async function restoreInto(
  server: Server,
  database: string,
  source: ExportSource,
  operation: Operation,
): Promise<void> {
  if (source.format !== dumpFormat)
    throw new Failure('not_supported', `An export of the format ${source.format} cannot be read for PostgreSQL.`)
  const settings = readSettings(server)
  const inside = adminTarget(server, settings, database)
  const version = await withSession(inside, operation.signal, serverMajorVersion)
  const rest = source.chunks[Symbol.asyncIterator]()
  try {
    await restore({ server, database, version, rest }, operation)
  } finally {
    // Not waited for: a source that hangs would keep us.
    rest.return?.(undefined).catch(() => undefined)
  }
  // Statistics are no part of an export, and the planner needs them at once.
  await withSession(inside, operation.signal, (session) => session.query('analyze'))
}

interface Restore {
  server: Server
  database: string
  /** The server's. */
  version: number
  rest: AsyncIterator<Uint8Array>
}

async function restore({ server, database, version, rest }: Restore, operation: Operation): Promise<void> {
  const target = { settings: readSettings(server), database, login: server.credentials }
  const start = await begin(rest, operation.signal)
  const programs = await findPrograms(Math.max(version, readableFrom(start)))
  if (!programs)
    throw new Failure('not_supported', `This worker has no pg_restore for this export and a server of ${version}.`)
  const knowsMore = programs.majorVersion >= 17 && version < 17
  await withProgramEnvironment(target, async (environment) => {
    if (operation.signal.aborted) throw stopped(operation.signal)
    const args = [...restoreArguments, ...(knowsMore ? [] : ['--exit-on-error']), `--dbname=${database}`]
    const program = runProgram(path.join(programs.folder, 'pg_restore'), args, environment, operation.signal)
    program.stdout.resume()
    const end = await feed(program, start, rest, operation.signal)
    if (end.exitCode !== 0 && !(knowsMore && isOnlyUnknownSetting(end))) throw programFailure('pg_restore', end)
  })
}

/** pg_restore 17 and later sets `transaction_timeout`, which older servers refuse; nothing depends on it. */
const isOnlyUnknownSetting = ({ exitCode, errors }: ProgramEnd): boolean =>
  exitCode === 1 && /errors ignored on restore: 1\s*$/.test(errors) && errors.includes('"transaction_timeout"')

/** Enough of an export to see its version. */
const headerBytes = 7

async function begin(rest: AsyncIterator<Uint8Array>, signal: AbortSignal): Promise<Uint8Array> {
  let start: Uint8Array = Buffer.alloc(0)
  while (start.length < headerBytes) {
    const next = await unlessStopped(rest.next(), signal)
    if (next.done) break
    start = Buffer.concat([start, next.value])
  }
  return start
}

/** The first version whose pg_restore reads it: `PGDMP`, then the format's version, which grew with 16 and 17. */
function readableFrom(start: Uint8Array): number {
  if (Buffer.from(start.subarray(0, 5)).toString('latin1') !== 'PGDMP')
    throw new Failure('archive_corrupt', 'This is no export that pg_dump wrote.')
  const minor = start[6] ?? 0
  return minor <= 14 ? 0 : minor === 15 ? 16 : 17
}

/**
 * Passes an export on to pg_restore as fast as that reads. One that ends early says why by itself; when all is well the
 * rest is still read to its end, since whoever gives it may find only there that it was damaged.
 */
async function feed(
  program: RunningProgram,
  start: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
  signal: AbortSignal,
): Promise<ProgramEnd> {
  const failed = program.ended.then((end) => (end.exitCode === 0 ? forever : undefined))
  const succeeded = program.ended.then(() => undefined)
  try {
    for (let chunk: Uint8Array | undefined = start; chunk;) {
      if (program.stdin.writable && !program.stdin.write(chunk))
        await Promise.race([once(program.stdin, 'drain').catch(() => undefined), succeeded])
      const next: IteratorResult<Uint8Array> | undefined = await Promise.race([rest.next(), failed])
      chunk = next?.done ? undefined : next?.value
    }
    program.stdin.end()
  } catch (error) {
    program.kill()
    await program.ended
    throw signal.aborted ? stopped(signal) : error
  }
  const end = await program.ended
  if (signal.aborted) throw stopped(signal)
  return end
}

const forever = new Promise<never>(() => undefined)
