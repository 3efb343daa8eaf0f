import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** One migration of this version of the service. */
export interface Migration {
  name: string
  sql: string
  /** SHA-256 of the file, as Prisma keeps it. */
  checksum: string
}

const folder = fileURLToPath(new URL('../../../../prisma/migrations', import.meta.url))

/** All migrations this version knows, oldest first. */
export function listMigrations(from = folder): Migration[] {
  return readdirSync(from, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const sql = readFileSync(path.join(from, name, 'migration.sql'), 'utf8')
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    })
}
