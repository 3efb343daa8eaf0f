import type { FieldFault } from '@edfi-tenants/core'
import { scopes, tenantNamePattern } from '@edfi-tenants/core'
import { Type, type Static } from '@sinclair/typebox'
import { text, time } from './fields.js'
import { isRecord } from './is-record.js'
import { listQuery, pageOf } from './paging.js'
import { closed, nullable, oneOfWords } from './schema.js'

const tenantOrAll = Type.String({
  pattern: `^\\*$|${tenantNamePattern}`,
  'x-rule': 'must be the name of a tenant, or * for every tenant',
})

/** `POST /v1/api-clients`. */
export const apiClientRequest = closed(
  {
    name: text(100),
    scopes: Type.Array(oneOfWords(scopes), { minItems: 1, uniqueItems: true }),
    tenants: Type.Array(tenantOrAll, {
      minItems: 1,
      maxItems: 1000,
      uniqueItems: true,
      description: 'Names of tenants, or `["*"]` for every one, present and future.',
    }),
    mayActForOthers: Type.Optional(
      Type.Boolean({ default: false, description: 'Whether it may say on whose behalf it asks, for the record.' }),
    ),
  },
  { title: 'ApiClientRequest' },
)
export type ApiClientRequest = Static<typeof apiClientRequest>

const shown = {
  id: Type.String({ description: 'The same as `clientId`.' }),
  clientId: Type.String(),
  name: Type.String(),
  scopes: Type.Array(oneOfWords(scopes)),
  tenants: Type.Array(Type.String()),
  mayActForOthers: Type.Boolean(),
  createdBy: Type.String(),
  createdAt: time(),
  rotatedAt: nullable(time()),
}

/** An API client as answered, without its secret. */
export const apiClientSchema = closed(shown, { title: 'ApiClient' })
export type ApiClient = Static<typeof apiClientSchema>

/** An API client with its secret: the answer to its creation and to `rotate`, and never again. */
export const apiClientWithSecret = closed(
  { ...shown, clientSecret: Type.String({ description: 'Shown this once.' }) },
  { title: 'ApiClientWithSecret' },
)
export type ApiClientWithSecret = Static<typeof apiClientWithSecret>

/** `GET /v1/api-clients`. */
export const apiClientPage = pageOf('ApiClientPage', apiClientSchema)
export type ApiClientPage = Static<typeof apiClientPage>

/** The query of `GET /v1/api-clients`. */
export const apiClientListQuery = listQuery({})

/** What an API client request must also fulfil, beyond its schema: `*` stands alone. Reads anything. */
export function checkApiClientRequest(request: unknown): FieldFault[] {
  const tenants: unknown = isRecord(request) ? request['tenants'] : undefined
  if (!Array.isArray(tenants) || tenants.length < 2 || !tenants.includes('*')) return []
  return [{ pointer: '/tenants', detail: 'must be either ["*"] or names of tenants, not both' }]
}
