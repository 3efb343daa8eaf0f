/** What a client may be allowed to do. `admin` includes all others. */
export const scopes = [
  'read',
  'instances:create',
  'instances:operate',
  'instances:delete',
  'secrets:read',
  'jobs:manage',
  'tenants:manage',
  'servers:manage',
  'audit:read',
  'admin',
] as const
export type Scope = (typeof scopes)[number]

/** Whether a client with these scopes may do what `needed` stands for. */
export const hasScope = (granted: readonly Scope[], needed: Scope): boolean =>
  granted.includes('admin') || granted.includes(needed)

/** The tenants a client is bound to: every one, present and future, or those named. */
export type TenantBound = '*' | readonly string[]

/** Whether a tenant lies inside a bound; names compare as they are stored, ignoring case. */
export const isWithinBound = (bound: TenantBound, tenant: string): boolean =>
  bound === '*' || bound.some((name) => name.toLowerCase() === tenant.toLowerCase())

/** Who is asking, as every command below the HTTP layer receives it. */
export interface Actor {
  clientId: string
  scopes: readonly Scope[]
  tenants: TenantBound
  /** The person or system on whose behalf a trusted client asks; for the record only. */
  onBehalfOf?: string
}
