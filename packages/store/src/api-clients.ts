import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Scope } from '@edfi-tenants/core'
import { isoTime } from './jobs/job-row.js'
import type { Records } from './records.js'

/** An API client as it stands in the store. */
export interface ApiClientRow {
  id: string
  name: string
  /** SHA-256, hexadecimal. The secret has 256 random bits, so a slow hash would add nothing but load. */
  secretHash: string
  scopes: Scope[]
  /** Tenant names, or `*` alone. */
  tenants: string[]
  mayActForOthers: boolean
  createdBy: string
  createdAt: string
  rotatedAt: string | null
}

export type NewApiClient = Pick<ApiClientRow, 'name' | 'scopes' | 'tenants' | 'mayActForOthers' | 'createdBy'>

const columns = `c.id, c.name, c.secret_hash AS "secretHash", c.scopes, c.tenants, c.may_act_for_others AS "mayActForOthers",
  c.created_by AS "createdBy", ${isoTime('c.created_at')} AS "createdAt", ${isoTime('c.rotated_at')} AS "rotatedAt"`

/** What is kept of a client's secret. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex')

/** One client; null when there is none, or it was deleted. */
export async function readApiClient(store: Pick<Records, 'database'>, id: string): Promise<ApiClientRow | null> {
  const [row] = await store.database.query<ApiClientRow>(
    `SELECT ${columns} FROM api_clients c WHERE c.id = $1 AND c.deleted_at IS NULL`,
    [id],
  )
  return row ?? null
}

/** Clients by id, from behind an id on; `tenants` limits them to those whose own bound lies within. */
export function listApiClients(
  store: Pick<Records, 'database'>,
  page: { after: string | null; limit: number; tenants: '*' | readonly string[] },
): Promise<ApiClientRow[]> {
  return store.database.query<ApiClientRow>(
    `SELECT ${columns} FROM api_clients c
     WHERE c.deleted_at IS NULL AND ($1::text IS NULL OR c.id > $1)
       AND ($3::text[] IS NULL OR NOT EXISTS (SELECT FROM unnest(c.tenants) AS bound (tenant) WHERE lower(bound.tenant) <> ALL($3)))
     ORDER BY c.id LIMIT $2`,
    [page.after, page.limit, page.tenants === '*' ? null : page.tenants.map((tenant) => tenant.toLowerCase())],
  )
}

/** Makes a client; its secret (32 random bytes, base64url) is in the answer and nowhere else. */
export async function createApiClient(
  records: Records,
  client: NewApiClient,
): Promise<{ client: ApiClientRow; secret: string }> {
  const id = randomUUID()
  const secret = newSecret()
  await records.prisma.apiClient.create({ data: { id, secretHash: hashSecret(secret), ...client } })
  const row = await readApiClient(records, id)
  if (!row) throw new Error('The client just made is not there.')
  return { client: row, secret }
}

/**
 * Makes a client with a given id and secret, or gives an existing one these rights and this secret: how an installation
 * gets its first. One that was deleted, or whose secret was rotated since, is left as it is: a restart undoes neither.
 */
export async function seedApiClient(
  records: Records,
  client: NewApiClient & { id: string; secret: string },
): Promise<void> {
  const { secret, id, ...data } = client
  const seeded = { ...data, secretHash: hashSecret(secret) }
  await records.prisma.apiClient.createMany({ data: [{ id, ...seeded }], skipDuplicates: true })
  await records.prisma.apiClient.updateMany({ where: { id, deletedAt: null, rotatedAt: null }, data: seeded })
}

/** Gives a client a new secret; the old one and every token it got are worth nothing from now on. */
export async function rotateApiClient(records: Records, id: string): Promise<string> {
  const secret = newSecret()
  await records.prisma.apiClient.update({
    where: { id },
    data: { secretHash: hashSecret(secret), rotatedAt: new Date() },
  })
  return secret
}

/** Ends a client. */
export async function deleteApiClient(records: Records, id: string): Promise<void> {
  await records.prisma.apiClient.update({ where: { id }, data: { deletedAt: new Date() } })
}

const newSecret = (): string => randomBytes(32).toString('base64url')
