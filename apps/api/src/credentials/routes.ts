import { operations, type InstanceCredential } from '@edfi-tenants/contract'
import { wrongStatus } from '@edfi-tenants/jobs'
import { Failure } from '@edfi-tenants/core'
import {
  acknowledgeCredentials,
  appendAuditEvents,
  areSecretsGone,
  listCredentials,
  openCredentialSecret,
  openRegisteredString,
  readInstance,
  readServerById,
  type CredentialRow,
  type InstanceRow,
  type Sealer,
} from '@edfi-tenants/store'
import { noContent, ok } from '../http/answer.js'
import { changeWith } from '../http/change.js'
import { found } from '../http/found.js'
import { route, type Route } from '../http/route.js'
import type { Parts } from '../parts.js'

const notKept = { 'Cache-Control': 'no-store' }

/** `/v1/instances/{id}/credentials` and `/v1/instances/{id}/connection-string`. */
export const credentialRoutes = (parts: Parts): Route[] => [
  route(operations.getInstanceCredentials, async (call) => {
    const { database, sealer } = parts.store
    const instance = found(await readInstance(database, call.params.id, call.actor.tenants))
    const credentials = await listCredentials(database, instance.id)
    if (areSecretsGone(credentials))
      throw new Failure('credentials_gone', `The secrets of "${instance.name}" were acknowledged, or their time is up.`)
    const items = credentials.map((credential) => presentCredential(credential, sealer))
    await appendAuditEvents(database, [
      call.audited({ ...subjectOf(instance), details: { credentials: items.length } }),
    ])
    return ok({ items }, notKept)
  }),

  route(operations.acknowledgeInstanceCredentials, (call) =>
    changeWith(parts.store, call, async ({ database }) => {
      const instance = found(await readInstance(database, call.params.id, call.actor.tenants))
      const erased = await acknowledgeCredentials(database, instance.id)
      return { answer: noContent, audit: { ...subjectOf(instance), details: { erased } } }
    }),
  ),

  route(operations.getConnectionString, async (call) => {
    const { database, sealer } = parts.store
    const instance = found(await readInstance(database, call.params.id, call.actor.tenants))
    // Its database has another name now, and somebody else's may have the old one.
    if (instance.status === 'deleted' || instance.status === 'purged') throw wrongStatus(instance)
    if (instance.registeredString === null)
      throw new Failure('registration_missing', `No connection string of "${instance.name}" was registered from here.`)
    const server = found(await readServerById(parts.store, instance.serverId))
    if (server.registeredLogin === 'shared' && call.actor.tenants !== '*')
      throw new Failure(
        'outside_grant',
        `On database server "${server.name}" instances share a login; its password is given only to clients bound to every tenant.`,
      )
    const connectionString = openRegisteredString(sealer, instance.id, instance.registeredString)
    await appendAuditEvents(database, [call.audited(subjectOf(instance))])
    return ok({ connectionString }, notKept)
  }),
]

const subjectOf = ({ id, name, tenant }: InstanceRow) => ({ tenant, instanceId: id, target: name })

function presentCredential(credential: CredentialRow, sealer: Sealer): InstanceCredential {
  const { origin, applicationId, applicationName, apiClientId, key, readableUntil } = credential
  const secret = openCredentialSecret(sealer, credential)
  return { origin, applicationId, applicationName, apiClientId, key, secret, readableUntil }
}
