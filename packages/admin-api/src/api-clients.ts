import { Failure } from '@edfi-tenants/core'
import type { AdminApi, AdminApiCall } from './admin-api.js'
import { applicationMissing, gone } from './missing.js'
import type { Session } from './session.js'

/**
 * What can be done with the credentials of applications, where Admin API has such: before 2.3 (2.2.2 in truth) there is
 * nothing at their path, and an application has one key.
 */
export function apiClientCalls(
  session: Session,
): Pick<AdminApi, 'listApiClients' | 'readApiClient' | 'updateApiClient' | 'deleteApiClient'> {
  /** Null when this version has none; fails when it should have them, since then something else gave the 404. */
  async function unlessOld<T>(asked: Promise<T | 'no-such-path'>, call: AdminApiCall): Promise<T | null> {
    const answer = await asked
    if (answer !== 'no-such-path') return answer
    const { version } = await session.information(call)
    if (isBefore23(version)) return null
    throw new Failure('admin_api_unexpected', `Admin API ${version} answered /v2/apiclients with 404.`)
  }
  const noSuchPath = { 'no-such-path': () => 'no-such-path' as const }

  return {
    listApiClients: (applicationId, call) =>
      unlessOld(
        session.ask((dialect) => dialect.listApiClients(applicationId), call, noSuchPath),
        call,
      ),

    readApiClient: (apiClientId, call) =>
      unlessOld(
        session.ask((dialect) => dialect.readApiClient(apiClientId), call, {
          ...noSuchPath,
          'not-found': () => null,
        }),
        call,
      ),

    updateApiClient: (client, call) =>
      session.ask((dialect) => dialect.updateApiClient(client), call, {
        'not-found': applicationMissing('API client', client.apiClientId),
      }),

    deleteApiClient: (apiClientId, call) => session.ask((dialect) => dialect.deleteApiClient(apiClientId), call, gone),
  }
}

function isBefore23(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major < 2 || (major === 2 && minor < 3)
}
