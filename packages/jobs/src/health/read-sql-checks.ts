import { readFile, realpath } from 'node:fs/promises'
import path from 'node:path'
import type { SqlCheck } from '@edfi-tenants/provisioner'

/** What the name of a SQL check may be; it becomes part of a path. */
const namePattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/

/** The SQL checks that a worker could read, and those it could not. */
export interface ReadSqlChecks {
  checks: SqlCheck[]
  missing: { name: string; ok: false; detail: string }[]
}

/**
 * Reads named SQL checks from their folder: `<name>/<engine>.sql`, else `<name>.sql`. A name or a link that leads out of the
 * folder finds nothing. What is not there fails as a check, so that nobody takes it for passed.
 */
export async function readSqlChecks(
  folder: string | null,
  engine: string,
  names: readonly string[],
): Promise<ReadSqlChecks> {
  const read = await Promise.all(
    names.map(async (name) => ({ name, sql: folder === null ? null : await readCheck(folder, engine, name) })),
  )
  return {
    checks: read.flatMap(({ name, sql }) => (sql === null ? [] : [{ name, sql }])),
    missing: read.flatMap(({ name, sql }) =>
      sql === null ? [{ name, ok: false as const, detail: 'The worker has no SQL check of this name.' }] : [],
    ),
  }
}

async function readCheck(folder: string, engine: string, name: string): Promise<string | null> {
  if (!namePattern.test(name)) return null
  for (const file of [path.join(name, `${engine}.sql`), `${name}.sql`])
    try {
      const root = await realpath(folder)
      const found = await realpath(path.join(root, file))
      if (found.startsWith(root + path.sep)) return await readFile(found, 'utf8')
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error
    }
  return null
}
