import { odsConfigurationExample } from '../examples/ods-configuration.js'
import { odsConfiguration, odsConfigurationHeaders, odsConfigurationQuery } from '../ods-configuration.js'
import { defineOperation } from '../operation.js'
import { byTenantName } from './parameters.js'

/** What ODS/API is told about a tenant. */
export const odsConfigurationOperations = {
  getOdsConfiguration: defineOperation({
    id: 'getOdsConfiguration',
    method: 'get',
    path: '/v1/tenants/{name}/ods-configuration',
    summary: 'Get the ODS/API settings of a tenant',
    description:
      'Connection strings of the tenant’s active and stopped instances as a fragment of ODS/API’s settings, which overrides what stands in its database. Instances whose strings were not registered from here are left out. Plain strings with a login that instances of other tenants share are given only to clients bound to every tenant (`*`); the encrypted form is given to all. The answer holds secrets and is audited.',
    tag: 'Tenants',
    scope: 'secrets:read',
    params: byTenantName,
    query: odsConfigurationQuery,
    headers: odsConfigurationHeaders,
    responses: {
      200: {
        description: 'The settings.',
        schema: odsConfiguration,
        example: odsConfigurationExample,
        headers: ['Cache-Control', 'ETag'],
      },
      304: {
        description: 'Nothing has changed since the answer with this `ETag`.',
        headers: ['Cache-Control', 'ETag'],
      },
    },
    problems: ['encryption_key_missing', 'outside_grant'],
  }),
}
