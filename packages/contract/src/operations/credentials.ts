import { connectionStringSchema, instanceCredentials } from '../credentials.js'
import { instanceCredentialsExample } from '../examples/credentials.js'
import { defineOperation } from '../operation.js'
import { byId } from './parameters.js'

/** What gives access to an instance. */
export const credentialOperations = {
  getInstanceCredentials: defineOperation({
    id: 'getInstanceCredentials',
    method: 'get',
    path: '/v1/instances/{id}/credentials',
    summary: 'Get the keys of an instance',
    description:
      'Keys and secrets of the applications that the instance was created with. Secrets can be read until they are acknowledged, at most seven days. The answer holds secrets and is audited.',
    tag: 'Instances',
    scope: 'secrets:read',
    params: byId,
    responses: {
      200: {
        description: 'The credentials, in the order in which they were asked for.',
        schema: instanceCredentials,
        example: instanceCredentialsExample,
        headers: ['Cache-Control'],
      },
    },
    problems: ['credentials_gone'],
  }),
  acknowledgeInstanceCredentials: defineOperation({
    id: 'acknowledgeInstanceCredentials',
    method: 'post',
    path: '/v1/instances/{id}/credentials/acknowledge',
    summary: 'Acknowledge the keys of an instance',
    description: 'Erases the secrets here for good: you have them. Again, it changes nothing more.',
    tag: 'Instances',
    scope: 'secrets:read',
    params: byId,
    idempotent: true,
    responses: { 204: { description: 'The secrets are erased.' } },
    problems: [],
  }),
  getConnectionString: defineOperation({
    id: 'getConnectionString',
    method: 'get',
    path: '/v1/instances/{id}/connection-string',
    summary: 'Get the connection string of an instance',
    description:
      'The string as it was registered with Admin API, which never gives it back. On servers with a shared login it is given only to clients bound to every tenant (`*`). The answer holds a secret and is audited.',
    tag: 'Instances',
    scope: 'secrets:read',
    params: byId,
    responses: {
      200: {
        description: 'The connection string.',
        schema: connectionStringSchema,
        example: {
          connectionString: 'Host=postgres-01;Port=5432;Username=ods_42_6f0b6a3c;Password=…;Database=EdFi_Ods_2026',
        },
        headers: ['Cache-Control'],
      },
    },
    problems: ['registration_missing', 'outside_grant'],
  }),
}
