import { answerContext } from './idempotency-keys.js'
import type { Records } from './records.js'

/** A column of sealed values: where it is, and what its values are bound to. */
interface SealedColumn {
  table: string
  column: string
  /** The primary key, in order. */
  key: readonly string[]
  context: (...key: string[]) => string
}

const ofRow = (table: string, column: string): SealedColumn => ({
  table,
  column,
  key: ['id'],
  context: (id) => `${table}/${id}/${column}`,
})

/** Every sealed column there is; a test compares this list with the schema. */
export const sealedColumns: readonly SealedColumn[] = [
  ofRow('environments', 'admin_api_client_secret'),
  ofRow('environments', 'ods_api_secrets'),
  ofRow('database_servers', 'password'),
  ofRow('database_servers', 'registered_password'),
  ofRow('instances', 'login_password'),
  ofRow('instances', 'registered_string'),
  ofRow('instance_credentials', 'secret'),
  ofRow('archives', 'data_key'),
  ofRow('webhooks', 'secret'),
  ofRow('webhooks', 'previous_secret'),
  ofRow('environments', 'hook_secrets'),
  ofRow('database_servers', 'hook_secrets'),
  {
    table: 'tenants',
    column: 'hook_secrets',
    key: ['name'],
    context: (name) => `tenants/${name}/hook_secrets`,
  },
  {
    table: 'instance_derivatives',
    column: 'registered_string',
    key: ['instance_id', 'derivative_type'],
    context: (instanceId, type) => `instance_derivatives/${instanceId}/${type}/registered_string`,
  },
  {
    table: 'tenants',
    column: 'provisioned_password',
    key: ['name'],
    context: (name) => `tenants/${name}/provisioned_password`,
  },
  {
    table: 'idempotency_keys',
    column: 'answer',
    key: ['client_id', 'method', 'path', 'key'],
    context: (clientId, method, path, key) => answerContext(clientId, method, path, key),
  },
]

const pageSize = 200

/**
 * Seals every secret anew with the current key, row by row, so that older keys can be taken away afterwards. Can be
 * stopped and run again at any time, also beside running processes: a value that changed meanwhile is left as it is.
 * `unreadable` names what no configured key opens; those rows stay.
 */
export async function rotateKeys(
  store: Pick<Records, 'database' | 'sealer'>,
): Promise<{ resealed: number; unreadable: string[] }> {
  const unreadable: string[] = []
  let resealed = 0
  for (const column of sealedColumns) {
    for await (const { key, sealed } of sealedValues(store, column)) {
      if (store.sealer.isCurrent(sealed)) continue
      const context = column.context(...key)
      let plain: string
      try {
        plain = store.sealer.open(sealed, context)
      } catch {
        unreadable.push(context)
        continue
      }
      const matches = column.key.map((name, index) => `${name}::text = $${index + 3}`).join(' AND ')
      const changed = await store.database.query(
        `UPDATE ${column.table} SET ${column.column} = $1 WHERE ${column.column} = $2 AND ${matches} RETURNING 1 AS changed`,
        [store.sealer.seal(plain, context), sealed, ...key],
      )
      resealed += changed.length
    }
  }
  return { resealed, unreadable }
}

async function* sealedValues(
  store: Pick<Records, 'database'>,
  { table, column, key }: SealedColumn,
): AsyncGenerator<{ key: string[]; sealed: string }> {
  const names = key.map((name) => `${name}::text`).join(', ')
  let after: string[] | null = null
  for (;;) {
    const beyond: string =
      after === null ? '' : `AND (${names}) > (${after.map((_, index) => `$${index + 1}`).join(', ')})`
    const rows: { key: string[]; sealed: string }[] = await store.database.query(
      `SELECT ARRAY[${names}] AS key, ${column} AS sealed FROM ${table} WHERE ${column} IS NOT NULL ${beyond}
       ORDER BY ${names} LIMIT ${pageSize}`,
      after ?? [],
    )
    yield* rows
    const last = rows.at(-1)
    if (!last || rows.length < pageSize) return
    after = last.key
  }
}
