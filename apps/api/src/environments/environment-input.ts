import type { EnvironmentChange, EnvironmentRequest } from '@edfi-tenants/contract'
import { Failure } from '@edfi-tenants/core'
import { isRouteTemplate } from '@edfi-tenants/ods-api'
import type { TargetHosts } from '@edfi-tenants/runtime'
import type { EnvironmentRow, NewEnvironment } from '@edfi-tenants/store'
import { assertAllowedUrl } from '../http/assert-allowed-target.js'

type OdsApi = Pick<NewEnvironment, 'odsApi' | 'encryptionKey' | 'notificationsUrl' | 'probeClientSecret'>

/** A requested environment as the store takes it. */
export const newEnvironment = (request: EnvironmentRequest): NewEnvironment => ({
  name: request.name,
  engine: request.engine,
  adminApiUrl: request.adminApi.url,
  adminApiClientId: request.adminApi.clientId,
  adminApiClientSecret: request.adminApi.clientSecret,
  adminApiMode: request.adminApi.mode ?? 'auto',
  multiTenant: request.adminApi.multiTenant ?? false,
  timeoutMs: request.adminApi.timeoutMs ?? 30_000,
  maxConcurrency: request.adminApi.maxConcurrency ?? 8,
  dataStandard: request.dataStandard ?? null,
  ...odsApi(request.odsApi ?? null),
})

/**
 * A change of an environment as the store takes it: `adminApi` field by field, `odsApi` as a whole. Another address of
 * Admin API needs id and secret beside it, so that those on record are never sent to it.
 */
export function changedEnvironment(row: EnvironmentRow, change: EnvironmentChange): Partial<NewEnvironment> {
  const { url, clientId, clientSecret, mode, multiTenant, timeoutMs, maxConcurrency } = change.adminApi ?? {}
  const moved = url !== undefined && new URL(url).href !== new URL(row.adminApiUrl).href
  if (moved && (clientId === undefined || clientSecret === undefined))
    throw new Failure('credentials_required', 'Another adminApi.url needs clientId and clientSecret beside it.')
  return {
    ...(url === undefined ? {} : { adminApiUrl: url }),
    ...(clientId === undefined ? {} : { adminApiClientId: clientId }),
    ...(clientSecret === undefined ? {} : { adminApiClientSecret: clientSecret }),
    ...(mode === undefined ? {} : { adminApiMode: mode }),
    ...(multiTenant === undefined ? {} : { multiTenant }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(maxConcurrency === undefined ? {} : { maxConcurrency }),
    ...(change.dataStandard === undefined ? {} : { dataStandard: change.dataStandard }),
    ...(change.odsApi === undefined ? {} : odsApi(change.odsApi)),
  }
}

/** Refuses hosts that this installation may not connect to. */
export function assertAllowedHosts(allowed: TargetHosts, request: EnvironmentRequest | EnvironmentChange): void {
  const { adminApi, odsApi: ods } = request
  if (adminApi?.url !== undefined) assertAllowedUrl(allowed, adminApi.url, '/adminApi/url')
  if (ods) assertAllowedUrl(allowed, ods.baseUrl, '/odsApi/baseUrl')
  if (ods?.notifications) assertAllowedUrl(allowed, ods.notifications.url, '/odsApi/notifications/url')
}

/** The ODS/API part, its secrets apart from the rest. */
function odsApi(given: EnvironmentRequest['odsApi'] | null): OdsApi {
  if (!given) return { odsApi: null, encryptionKey: null, notificationsUrl: null, probeClientSecret: null }
  const { baseUrl, contextRouteTemplate, notifications, probe } = given
  if (contextRouteTemplate !== undefined && !isRouteTemplate(contextRouteTemplate))
    throw new Failure('validation_failed', 'The request is not valid.', {
      errors: [
        {
          pointer: '/odsApi/contextRouteTemplate',
          detail: 'must be a route template with parameters, for example {schoolYearFromRoute:range(1900,2100)}',
        },
      ],
    })
  return {
    odsApi: {
      baseUrl,
      ...(contextRouteTemplate === undefined ? {} : { contextRouteTemplate }),
      ...(notifications ? { notifications: { channel: notifications.channel } } : {}),
      ...(probe ? { probe: { clientId: probe.clientId } } : {}),
    },
    encryptionKey: given.encryptionKey ?? null,
    notificationsUrl: notifications?.url ?? null,
    probeClientSecret: probe?.clientSecret ?? null,
  }
}
