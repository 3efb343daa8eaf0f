import { createHash } from 'node:crypto'
import { operations } from '@edfi-tenants/contract'
import { Failure } from '@edfi-tenants/core'
import { encryptConnectionString } from '@edfi-tenants/ods-api'
import { appendAuditEvents, openEnvironmentSecrets, readEnvironmentById, readTenant } from '@edfi-tenants/store'
import { ok } from '../http/answer.js'
import { found } from '../http/found.js'
import { route, type Route } from '../http/route.js'
import type { Parts } from '../parts.js'
import { odsFragment, openTenantStrings } from './ods-fragment.js'

/** `/v1/tenants/{name}/ods-configuration`. */
export const odsConfigurationRoutes = (parts: Parts): Route[] => [
  route(operations.getOdsConfiguration, async (call) => {
    const { store } = parts
    const tenant = found(await readTenant(store, call.params.name, call.actor.tenants))
    const { multiTenant } = found(await readEnvironmentById(store, tenant.environmentId))
    const encrypted = call.query.encrypted ?? false
    const key = encrypted ? (await openEnvironmentSecrets(store, tenant.environmentId)).encryptionKey : null
    if (encrypted && key === null)
      throw new Failure('encryption_key_missing', `The environment "${tenant.environment}" has no encryption key.`)
    const strings = await openTenantStrings(store, tenant.name)
    const [shared] = strings.sharedServers
    if (!encrypted && shared !== undefined && call.actor.tenants !== '*')
      throw new Failure(
        'outside_grant',
        `On database server "${shared}" instances of several tenants share a login; its password is given in plain only to clients bound to every tenant. Ask for the encrypted form.`,
      )

    const adminTenant = multiTenant ? tenant.adminTenant : null
    // Encrypted strings differ with every answer, so the tag is made of what they stand for, and of the key.
    const etag = tagOf([odsFragment(strings, adminTenant, (text) => text), key])
    const headers = { ETag: etag, 'Cache-Control': 'no-store' }
    if (matches(call.headers['If-None-Match'], etag)) return { status: 304 as const, headers }
    const subject = { tenant: tenant.name, target: tenant.name, details: { encrypted, strings: strings.count } }
    await appendAuditEvents(store.database, [call.audited(subject)])
    const given = (text: string) => (key === null ? text : encryptConnectionString(key, text))
    return ok(odsFragment(strings, adminTenant, given), headers)
  }),
]

const tagOf = (value: unknown): string =>
  `"${createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22)}"`

/** https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2: weak comparison of any in the list. */
const matches = (given: string | undefined, etag: string): boolean =>
  (given ?? '').split(',').some((each) => {
    const tag = each.trim().replace(/^W\//, '')
    return tag === '*' || tag === etag
  })
