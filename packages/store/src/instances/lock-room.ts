import type { Database } from '../database.js'

/** A limit on instances, and how many count towards it now: those whose names are held. */
export interface Room {
  maxInstances: number
  instances: number
}

/** The room of limited tenants (by their exact names) and database servers (by id). Who is not in it has no limit. */
export interface LockedRoom {
  tenants: ReadonlyMap<string, Room>
  servers: ReadonlyMap<string, Room>
}

const lockTenants = `SELECT name AS key, max_instances AS "maxInstances" FROM tenants
  WHERE name = ANY($1) AND max_instances IS NOT NULL ORDER BY name FOR NO KEY UPDATE`
const lockServers = `SELECT id AS key, max_instances AS "maxInstances" FROM database_servers
  WHERE id = ANY($1::uuid[]) AND max_instances IS NOT NULL ORDER BY id FOR NO KEY UPDATE`

/**
 * Counts the instances of those tenants and database servers that are limited, and locks their rows until the
 * transaction ends: whoever else wants to count them waits, so that two cannot both take the last place.
 */
export async function lockRoom(
  database: Database,
  of: { tenants: readonly string[]; serverIds: readonly string[] },
): Promise<LockedRoom> {
  return {
    tenants: await lockAndCount(database, lockTenants, ['tenant', 'text'], of.tenants),
    servers: await lockAndCount(database, lockServers, ['server_id', 'uuid'], of.serverIds),
  }
}

async function lockAndCount(
  database: Database,
  lock: string,
  [column, type]: readonly ['tenant', 'text'] | readonly ['server_id', 'uuid'],
  keys: readonly string[],
): Promise<Map<string, Room>> {
  const limited = await database.query<{ key: string; maxInstances: number }>(lock, [keys])
  if (limited.length === 0) return new Map()
  // A statement of its own: it sees what those have written who held the lock before.
  const counted = await database.query<{ key: string; instances: number }>(
    `SELECT ${column} AS key, count(*)::integer AS instances FROM instances WHERE name_held AND ${column} = ANY($1::${type}[]) GROUP BY 1`,
    [limited.map(({ key }) => key)],
  )
  const instances = new Map(counted.map((row) => [row.key, row.instances]))
  return new Map(limited.map(({ key, maxInstances }) => [key, { maxInstances, instances: instances.get(key) ?? 0 }]))
}
