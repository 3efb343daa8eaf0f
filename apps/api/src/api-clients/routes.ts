import { operations, pathOf } from '@edfi-tenants/contract'
import { Failure, hasScope, isWithinBound, type Actor, type Scope } from '@edfi-tenants/core'
import {
  createApiClient,
  deleteApiClient,
  listApiClients,
  readApiClient,
  rotateApiClient,
  type ApiClientRow,
  type Records,
} from '@edfi-tenants/store'
import { created, noContent, ok } from '../http/answer.js'
import { changeWith } from '../http/change.js'
import { found } from '../http/found.js'
import { pageOfRows, rowsToRead, textCursor } from '../http/page.js'
import { route, type Route } from '../http/route.js'
import type { Parts } from '../parts.js'
import { presentClient } from './present-client.js'

const noStore = { 'Cache-Control': 'no-store' }

/** `/v1/api-clients`. */
export const apiClientRoutes = (parts: Parts): Route[] => [
  route(operations.createApiClient, (call) => {
    const { name, scopes, tenants, mayActForOthers = false } = call.body
    assertGrantable(call.actor, { scopes, tenants, mayActForOthers })
    return changeWith(parts.store, call, async (records) => {
      const made = { name, scopes, tenants, mayActForOthers, createdBy: call.actor.clientId }
      const { client, secret } = await createApiClient(records, made)
      return {
        answer: created(
          pathOf(operations.getApiClient, { id: client.id }),
          { ...presentClient(client), clientSecret: secret },
          noStore,
        ),
        audit: { target: client.id, details: { name, scopes, tenants, mayActForOthers } },
      }
    })
  }),

  route(operations.listApiClients, async ({ actor, query }) => {
    const page = { after: textCursor(query), limit: rowsToRead(query), tenants: actor.tenants }
    const rows = await listApiClients(parts.store, page)
    return ok(pageOfRows(rows, query, presentClient, (row) => row.id))
  }),

  route(operations.getApiClient, async ({ actor, params }) =>
    ok(presentClient(await readVisible(parts.store, actor, params.id))),
  ),

  route(operations.deleteApiClient, async (call) => {
    const answer = await changeWith(parts.store, call, async (records) => {
      const client = await readVisible(records, call.actor, call.params.id)
      await deleteApiClient(records, client.id)
      return { answer: noContent, audit: { target: client.id, details: { name: client.name } } }
    })
    parts.signIn.clients.forget(call.params.id)
    return answer
  }),

  route(operations.rotateApiClient, async (call) => {
    const answer = await changeWith(parts.store, call, async (records) => {
      const client = await readVisible(records, call.actor, call.params.id)
      // Whoever gets the new secret can do what the client can.
      assertGrantable(call.actor, client)
      const clientSecret = await rotateApiClient(records, client.id)
      const rotated = await readVisible(records, call.actor, client.id)
      return {
        answer: ok({ ...presentClient(rotated), clientSecret }, noStore),
        audit: { target: client.id, details: { name: client.name } },
      }
    })
    parts.signIn.clients.forget(call.params.id)
    return answer
  }),
]

/** A client whose whole bound lies within the actor's; to others it does not exist. */
async function readVisible(records: Pick<Records, 'database'>, actor: Actor, id: string): Promise<ApiClientRow> {
  const client = found(await readApiClient(records, id))
  return found(client.tenants.every((tenant) => isWithinGrant(actor, tenant)) ? client : null)
}

const isWithinGrant = ({ tenants }: Actor, tenant: string): boolean =>
  tenant === '*' ? tenants === '*' : isWithinBound(tenants, tenant)

/**
 * Refuses to grant what the actor does not have itself. To ask for others concerns everybody, so it needs the bound `*`;
 * that right itself is within `admin`, without which nobody comes here.
 */
function assertGrantable(
  actor: Actor,
  grant: { scopes: readonly Scope[]; tenants: readonly string[]; mayActForOthers: boolean },
): void {
  const scopes = grant.scopes.filter((scope) => !hasScope(actor.scopes, scope))
  const tenants = grant.tenants.filter((tenant) => !isWithinGrant(actor, tenant))
  const lacking = [
    ...scopes,
    ...tenants,
    ...(grant.mayActForOthers && actor.tenants !== '*' ? ['mayActForOthers'] : []),
  ]
  if (lacking.length > 0) throw new Failure('outside_grant', `Your client does not have: ${lacking.join(', ')}.`)
}
