import path from 'node:path'
import { Failure } from '@edfi-tenants/core'
import type { ExportDatabase, ExportedDatabase, Operation, Server } from '@edfi-tenants/provisioner'
import { onMaintenance } from './connect.js'
import { assertRunning, stopped } from './errors.js'
import { findDatabase } from './marker.js'
import { withProgramEnvironment } from './program-environment.js'
import { programFailure } from './program-failure.js'
import { findPrograms, type Programs } from './programs.js'
import { assertName } from './quote.js'
import { runProgram } from './run-program.js'
import { serverMajorVersion } from './server-version.js'
import { readSettings } from './settings.js'
import { unlessStopped } from './unless-stopped.js'

/** What pg_dump writes with `--format=custom` and pg_restore reads. */
export const dumpFormat = 'pg_dump'

/** `pg_dump` where the worker has the program in a version that is not older than the server's. */
export const exportFormats = async (server: Server, operation: Operation): Promise<string[]> => {
  const version = await onMaintenance(server, operation, serverMajorVersion)
  return (await findPrograms(version)) ? [dumpFormat] : []
}

/** Everything in the database, without what belongs to its server: replication has no meaning in a copy. */
const dumpArguments = [
  '--format=custom',
  '--no-password',
  '--no-publications',
  '--no-subscriptions',
  '--lock-wait-timeout=60000',
]

/** A dump is a snapshot of one moment; it ends no session and blocks no reading or writing. */
export const exportDatabase = async (
  server: Server,
  { databaseName, identity }: ExportDatabase,
  write: (chunk: Uint8Array) => Promise<void>,
  operation: Operation,
): Promise<ExportedDatabase> => {
  assertName(databaseName)
  const look = (expected: string | undefined) =>
    onMaintenance(server, operation, async (session) => {
      const found = await findDatabase(session, databaseName)
      if (!found) throw new Failure('database_missing', 'The database to export is not on the server.')
      if ((expected ?? found.identity) !== found.identity)
        throw new Failure('not_our_database', 'The database to export is another one than the one on record.')
      if (!found.allowsConnections)
        throw new Failure('database_error', 'The database is stopped: an export has to connect to it.')
      return { identity: found.identity, version: await serverMajorVersion(session) }
    })
  const found = await look(identity)
  const programs = await findPrograms(found.version)
  if (!programs)
    throw new Failure('not_supported', `This worker has no pg_dump for a server of version ${found.version}.`)
  const bytes = await dump(programs, server, databaseName, write, operation)
  // The name could have gone to another database between the look and the dump.
  await look(found.identity)
  return { format: dumpFormat, bytes }
}

function dump(
  { folder }: Programs,
  server: Server,
  database: string,
  write: (chunk: Uint8Array) => Promise<void>,
  { signal }: Operation,
): Promise<number> {
  const target = { settings: readSettings(server), database, login: server.credentials }
  return withProgramEnvironment(target, async (environment) => {
    assertRunning(signal)
    const program = runProgram(path.join(folder, 'pg_dump'), dumpArguments, environment, signal)
    program.stdin.end()
    let bytes = 0
    try {
      for await (const chunk of program.stdout as AsyncIterable<Buffer>) {
        await unlessStopped(write(chunk), signal)
        bytes += chunk.length
      }
    } catch (error) {
      program.kill()
      await program.ended
      throw signal.aborted ? stopped(signal) : error
    }
    const end = await program.ended
    assertRunning(signal)
    if (end.exitCode !== 0) throw programFailure('pg_dump', end)
    return bytes
  })
}
