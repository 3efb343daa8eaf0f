import { readFileSync } from 'node:fs'
import { applyMigrations, checkSchema, listMigrations, openPool, type Pool } from '@edfi-tenants/store'
import { expect } from 'chai'
import { createDatabase, type TestDatabase } from '../../support/postgres.js'

interface Column {
  type: string
  nullable: boolean
  key: boolean
}

const sqlTypes: Record<string, string> = {
  String: 'text',
  Int: 'integer',
  BigInt: 'bigint',
  Boolean: 'boolean',
  DateTime: 'timestamp with time zone',
  Json: 'jsonb',
}

/** The tables that schema.prisma describes: scalar fields only, under their database names. */
function describedTables(schema: string): Map<string, Map<string, Column>> {
  const tables = new Map<string, Map<string, Column>>()
  for (const [, body = ''] of schema.matchAll(/^model \w+ \{\n(.*?)^\}/gms)) {
    const table = /@@map\("(\w+)"\)/.exec(body)?.[1] ?? ''
    const keys = /@@id\(\[([^\]]+)\]\)/.exec(body)?.[1]?.split(/,\s*/) ?? []
    const columns = new Map<string, Column>()
    for (const [, field = '', base = '', list, optional, attributes = ''] of body.matchAll(
      /^ {2}(\w+)\s+(\w+)(\[\])?(\?)?(.*)$/gm,
    )) {
      const type = sqlTypes[base]
      if (!type) continue
      columns.set(/@map\("(\w+)"\)/.exec(attributes)?.[1] ?? field, {
        type: list ? 'ARRAY' : attributes.includes('@db.Uuid') ? 'uuid' : type,
        nullable: optional !== undefined,
        key: /@id\b/.test(attributes) || keys.includes(field),
      })
    }
    tables.set(table, columns)
  }
  return tables
}

async function migratedTables(database: Pool): Promise<Map<string, Map<string, Column>>> {
  const rows = await database.query<{ table: string; column: string; type: string; nullable: boolean; key: boolean }>(`
    SELECT c.table_name AS "table", c.column_name AS "column", c.data_type AS type, c.is_nullable = 'YES' AS nullable, EXISTS (
      SELECT FROM information_schema.table_constraints k JOIN information_schema.key_column_usage u USING (constraint_name, table_name)
      WHERE k.constraint_type = 'PRIMARY KEY' AND k.table_name = c.table_name AND u.column_name = c.column_name) AS key
    FROM information_schema.columns c WHERE c.table_schema = 'public' AND c.table_name <> '_prisma_migrations'`)
  const tables = new Map<string, Map<string, Column>>()
  for (const { table, column, ...rest } of rows)
    tables.set(table, (tables.get(table) ?? new Map<string, Column>()).set(column, rest))
  return tables
}

const plain = (tables: Map<string, Map<string, Column>>) =>
  Object.fromEntries([...tables].sort().map(([name, columns]) => [name, Object.fromEntries([...columns].sort())]))

describe('the control database', () => {
  let control: TestDatabase
  let database: Pool
  before(async () => {
    control = await createDatabase('schema')
    database = openPool(control.url, { size: 1 })
  })
  after(async () => {
    await database.close()
    await control.drop()
  })

  it('is refused by name before it is migrated', async () => {
    const first = listMigrations()[0]?.name ?? ''
    const refusal = await checkSchema(database).catch((error: unknown) => error)
    expect((refusal as Error).message)
      .to.contain(first)
      .and.to.contain('npm run migrate')
  })

  it('is migrated once however many processes try at the same time', async () => {
    const applied = await Promise.all([1, 2, 3].map(() => applyMigrations(control.url)))
    expect(applied.flat()).to.deep.equal(listMigrations().map((migration) => migration.name))
    await checkSchema(database)
  })

  it('has exactly the tables and columns that schema.prisma describes', async () => {
    const schema = readFileSync(new URL('../../../prisma/schema.prisma', import.meta.url), 'utf8')
    expect(plain(await migratedTables(database))).to.deep.equal(plain(describedTables(schema)))
  })

  it('is refused by name when a newer version has migrated it', async () => {
    const known = listMigrations().slice(0, -1)
    const last = listMigrations().at(-1)?.name ?? ''
    const refusal = await checkSchema(database, known).catch((error: unknown) => error)
    expect((refusal as Error).message).to.contain(last)
  })

  it('says so when a migration was changed after it had been applied', async () => {
    const changed = listMigrations().map((migration) => ({ ...migration, checksum: 'other' }))
    const refusal = await applyMigrations(control.url, changed).catch((error: unknown) => error)
    expect((refusal as Error).message).to.contain('changed after it had been applied')
  })

  it('takes audit events and lets nobody change or remove them', async () => {
    await database.query(`INSERT INTO audit_events (actor, action, outcome) VALUES ('a', 'b', 'accepted')`)
    for (const statement of [
      `UPDATE audit_events SET actor = 'x'`,
      'DELETE FROM audit_events',
      'TRUNCATE audit_events',
    ]) {
      const refusal = await database.query(statement).catch((error: unknown) => error)
      expect((refusal as Error).message, statement).to.contain('append-only')
    }
  })
})
