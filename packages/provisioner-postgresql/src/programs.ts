import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** PostgreSQL's own programs of one version, in one folder. */
export interface Programs {
  folder: string
  /** 15 for 15.14. */
  majorVersion: number
}

/** Where Debian's packages put every version; https://wiki.postgresql.org/wiki/Apt. */
const debianFolder = '/usr/lib/postgresql'

/**
 * The programs to use with a server, null where there are none that are new enough: pg_dump reads servers of its own
 * version and older ones, and pg_restore archives likewise. The oldest that will do is taken, because what a newer one
 * writes may be unknown to an older server.
 */
export async function findPrograms(atLeast: number): Promise<Programs | null> {
  const found = (await Promise.all((await folders()).map(inFolder))).filter((programs) => programs !== null)
  const usable = found.filter(({ majorVersion }) => majorVersion >= atLeast)
  return usable.sort((one, other) => one.majorVersion - other.majorVersion)[0] ?? null
}

async function folders(): Promise<string[]> {
  const versions = await readdir(debianFolder).catch(() => [])
  return [...versions.map((version) => path.join(debianFolder, version, 'bin')), ...(await foldersOnPath())]
}

/** Asked of the system, which knows the PATH of this process. */
async function foldersOnPath(): Promise<string[]> {
  const [program, ...args] = process.platform === 'win32' ? ['where', 'pg_dump'] : ['which', '-a', 'pg_dump']
  const { stdout } = await run(program, args).catch(() => ({ stdout: '' }))
  return [
    ...new Set(
      stdout
        .split(/\r?\n/)
        .filter((file) => path.isAbsolute(file))
        .map((file) => path.dirname(file)),
    ),
  ]
}

async function inFolder(folder: string): Promise<Programs | null> {
  try {
    const versions = await Promise.all(['pg_dump', 'pg_restore'].map((name) => versionOf(path.join(folder, name))))
    const [majorVersion = 0, other] = versions
    return majorVersion > 0 && majorVersion === other ? { folder, majorVersion } : null
  } catch {
    return null
  }
}

/** `pg_dump (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)`, `pg_dump (PostgreSQL) 19beta1`. */
async function versionOf(program: string): Promise<number> {
  const { stdout } = await run(program, ['--version'])
  return Number(/\(PostgreSQL\) (\d+)/.exec(stdout)?.[1] ?? 0)
}
