import { Type, type Static } from '@sinclair/typebox'
import { time } from './fields.js'
import { closed, nullable, oneOfWords } from './schema.js'

/** A key of an instance, with its secret while that can be read. */
export const credentialSchema = closed(
  {
    origin: oneOfWords(['issued', 'attached'], {
      description: '`issued`: made for this instance. `attached`: was there before, and serves this instance too.',
    }),
    applicationId: nullable(Type.Integer(), { description: 'Id in Admin API.' }),
    applicationName: nullable(Type.String()),
    apiClientId: nullable(Type.Integer(), { description: 'Where one credential of an application was attached.' }),
    key: nullable(Type.String(), { description: 'Null where Admin API does not say which, or there are several.' }),
    secret: nullable(Type.String(), { description: 'Null for attached ones: whoever made them has it.' }),
    readableUntil: nullable(time(), { description: 'Then the secret is erased.' }),
  },
  { title: 'InstanceCredential' },
)
export type InstanceCredential = Static<typeof credentialSchema>

/** `GET /v1/instances/{id}/credentials`: at most twenty, so no pages. */
export const instanceCredentials = closed({ items: Type.Array(credentialSchema) }, { title: 'InstanceCredentials' })
export type InstanceCredentials = Static<typeof instanceCredentials>

/** `GET /v1/instances/{id}/connection-string`. */
export const connectionStringSchema = closed(
  { connectionString: Type.String({ description: 'As it was registered with Admin API, password included.' }) },
  { title: 'ConnectionString' },
)
