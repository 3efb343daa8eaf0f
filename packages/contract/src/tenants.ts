import { Type, type Static } from '@sinclair/typebox'
import { archivePolicy } from './archives.js'
import { instanceType, resourceName, tenantName, text, time } from './fields.js'
import { healthPolicySchema, shownHealthPolicy } from './health.js'
import { hookRequests, shownHooks } from './hooks.js'
import { listQuery, pageOf } from './paging.js'
import { closed, nullable } from './schema.js'

const displayName = text(255)
const databaseNamePattern = Type.String({
  minLength: 1,
  maxLength: 200,
  pattern: '^(?:[A-Za-z0-9_-]|\\{tenant\\}|\\{name\\})*\\{name\\}(?:[A-Za-z0-9_-]|\\{tenant\\}|\\{name\\})*$',
  'x-rule': 'must contain {name}, and besides {name} and {tenant} only letters, digits, underscores and hyphens',
  description: 'How databases are named; default `EdFi_Ods_{tenant}_{name}`.',
})
const maxInstances = Type.Integer({ minimum: 0, maximum: 1_000_000, description: 'Absent: no limit.' })

const defaults = closed(
  {
    server: Type.Optional(resourceName({ description: 'Database server of new instances.' })),
    template: Type.Optional(resourceName({ description: 'Template of new instances; otherwise `minimal`.' })),
    instanceType: Type.Optional(instanceType({ description: 'Instance type of new instances; otherwise `ods`.' })),
  },
  { description: 'What an instance request that leaves these out gets.' },
)

/** `POST /v1/tenants`. */
export const tenantRequest = closed(
  {
    name: tenantName({ description: 'Never changed and never given to another tenant.' }),
    displayName: Type.Optional(displayName),
    environment: Type.Optional(resourceName({ description: 'Needed when there is not exactly one environment.' })),
    adminTenant: Type.Optional(tenantName({ description: 'The tenant’s name in Admin API; default: `name`.' })),
    defaults: Type.Optional(defaults),
    databaseNamePattern: Type.Optional(databaseNamePattern),
    maxInstances: Type.Optional(maxInstances),
    archivePolicy: Type.Optional(archivePolicy),
    healthPolicy: Type.Optional(healthPolicySchema),
    hooks: Type.Optional(hookRequests),
  },
  { title: 'TenantRequest' },
)
export type TenantRequest = Static<typeof tenantRequest>

/** `PATCH /v1/tenants/{name}`. `defaults` is replaced as a whole; null goes back to what it is without. */
export const tenantChange = closed(
  {
    displayName: Type.Optional(nullable(displayName)),
    defaults: Type.Optional(nullable(defaults)),
    databaseNamePattern: Type.Optional(nullable(databaseNamePattern)),
    maxInstances: Type.Optional(nullable(maxInstances)),
    archivePolicy: Type.Optional(nullable(archivePolicy)),
    healthPolicy: Type.Optional(nullable(healthPolicySchema)),
    hooks: Type.Optional(hookRequests),
  },
  { title: 'TenantChange', minProperties: 1 },
)
export type TenantChange = Static<typeof tenantChange>

/** A tenant as answered. */
export const tenantSchema = closed(
  {
    name: Type.String(),
    displayName: nullable(Type.String()),
    environment: Type.String(),
    adminTenant: Type.String(),
    defaults: closed({
      server: nullable(Type.String()),
      template: nullable(Type.String()),
      instanceType: nullable(Type.String()),
    }),
    databaseNamePattern: nullable(Type.String()),
    maxInstances: nullable(Type.Integer()),
    archivePolicy: nullable(archivePolicy),
    healthPolicy: nullable(shownHealthPolicy, { description: 'Null: as for all.' }),
    hooks: shownHooks,
    provisioned: nullable(
      closed({
        server: Type.String(),
        databases: closed({ EdFi_Admin: Type.String(), EdFi_Security: Type.String() }),
        at: nullable(time()),
      }),
      { description: 'The Admin and Security databases that were made for it.' },
    ),
    createdAt: time(),
    updatedAt: time(),
  },
  { title: 'Tenant' },
)
export type Tenant = Static<typeof tenantSchema>

/** `GET /v1/tenants`. */
export const tenantPage = pageOf('TenantPage', tenantSchema)
export type TenantPage = Static<typeof tenantPage>

/** The query of `GET /v1/tenants`. */
export const tenantListQuery = listQuery({ environment: Type.Optional(resourceName()) })
