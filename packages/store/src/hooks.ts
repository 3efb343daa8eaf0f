import type { DeploymentHook, HookEvent, HookSecrets } from '@edfi-tenants/core'
import type { Records } from './records.js'

/** What has hooks, by the key of its row. */
export type HookOwner = { table: 'environments' | 'database_servers'; id: string } | { table: 'tenants'; name: string }

/** A hook with what is sealed of it, opened. */
export interface OpenHook {
  hook: DeploymentHook
  secrets: HookSecrets
}

type SecretsByName = Record<string, HookSecrets>

const keyOf = (owner: HookOwner): string => (owner.table === 'tenants' ? owner.name : owner.id)
const contextOf = (table: HookOwner['table'], key: string): string => `${table}/${key}/hook_secrets`
const where = (owner: HookOwner): string => (owner.table === 'tenants' ? 'name = $1' : 'id = $1::uuid')

/** The hooks of an owner, with their secrets, for a change: nobody else changes them until the transaction ends. */
export async function lockHooks(store: Pick<Records, 'database' | 'sealer'>, owner: HookOwner): Promise<OpenHook[]> {
  const [row] = await store.database.query<{ hooks: DeploymentHook[]; sealed: string | null }>(
    `SELECT hooks, hook_secrets AS sealed FROM ${owner.table} WHERE ${where(owner)} FOR UPDATE`,
    [keyOf(owner)],
  )
  return row ? opened(store, { ...row, table: owner.table, key: keyOf(owner) }) : []
}

/** Puts hooks in the place of those that an owner has. */
export async function writeHooks(
  records: Pick<Records, 'database' | 'sealer'>,
  owner: HookOwner,
  hooks: readonly OpenHook[],
): Promise<void> {
  const secrets: SecretsByName = Object.fromEntries(hooks.map((each) => [each.hook.name, each.secrets]))
  await records.database.query(
    `UPDATE ${owner.table} SET hooks = $2::jsonb, hook_secrets = $3, updated_at = now() WHERE ${where(owner)}`,
    [
      keyOf(owner),
      JSON.stringify(hooks.map(({ hook }) => hook)),
      hooks.length === 0 ? null : records.sealer.seal(JSON.stringify(secrets), contextOf(owner.table, keyOf(owner))),
    ],
  )
}

/**
 * The hooks that an instance has: its environment's, then its database server's, then its tenant's. One of the same name
 * (whatever its case) stands in the place of an earlier one. Null: of any event.
 */
export async function readHooksOfInstance(
  store: Pick<Records, 'database' | 'sealer'>,
  instance: { environmentId: string; serverId: string; tenant: string },
  event: HookEvent | null,
): Promise<OpenHook[]> {
  const rows = await store.database.query<HookRow>(
    `SELECT 'environments' AS table, id::text AS key, hooks, hook_secrets AS sealed, 1 AS place FROM environments WHERE id = $1::uuid AND hooks <> '[]'
     UNION ALL SELECT 'database_servers', id::text, hooks, hook_secrets, 2 FROM database_servers WHERE id = $2::uuid AND hooks <> '[]'
     UNION ALL SELECT 'tenants', name, hooks, hook_secrets, 3 FROM tenants WHERE name = $3 AND hooks <> '[]'
     ORDER BY place`,
    [instance.environmentId, instance.serverId, instance.tenant],
  )
  const byName = new Map<string, OpenHook>()
  for (const each of rows.flatMap((row) => opened(store, row))) byName.set(each.hook.name.toLowerCase(), each)
  return [...byName.values()].filter(({ hook }) => event === null || hook.events.includes(event))
}

interface HookRow {
  table: HookOwner['table']
  key: string
  hooks: DeploymentHook[]
  sealed: string | null
}

function opened({ sealer }: Pick<Records, 'sealer'>, { table, key, hooks, sealed }: HookRow): OpenHook[] {
  const secrets = sealed === null ? {} : (JSON.parse(sealer.open(sealed, contextOf(table, key))) as SecretsByName)
  return hooks.map((hook) => ({ hook, secrets: secrets[hook.name] ?? {} }))
}
