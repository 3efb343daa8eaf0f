import { Type, type Static } from '@sinclair/typebox'
import { closed, mapOf } from './schema.js'

const connectionString = Type.String({
  description: 'As ODS/API’s driver reads it, or in Ed-Fi’s encrypted format.',
})

const odsInstance = closed(
  {
    ConnectionString: connectionString,
    ConnectionStringByDerivativeType: Type.Optional(
      mapOf(Type.String(), connectionString, { description: 'By `ReadReplica` or `Snapshot`.' }),
    ),
  },
  { title: 'OdsInstanceSettings' },
)

const odsInstances = mapOf(Type.String(), odsInstance, { description: 'By the id of the ODS instance in Admin API.' })

const connectionStrings = closed(
  { EdFi_Admin: connectionString, EdFi_Security: connectionString },
  { title: 'TenantConnectionStrings', description: 'Only where the tenant was provisioned.' },
)

const settings = {
  OdsInstances: Type.Optional(odsInstances),
  ConnectionStrings: Type.Optional(connectionStrings),
}

/**
 * `GET /v1/tenants/{name}/ods-configuration`: settings in ODS/API's own words, so that the answer can be one of its
 * configuration files. https://docs.ed-fi.org/reference/ods-api/platform-dev-guide/configuration/
 */
export const odsConfiguration = closed(
  {
    ...settings,
    Tenants: Type.Optional(
      mapOf(Type.String(), closed(settings, { title: 'OdsTenantSettings' }), {
        description: 'In a multi-tenant environment everything stands here, below the tenant’s name in Admin API.',
      }),
    ),
  },
  { title: 'OdsConfiguration' },
)
export type OdsConfiguration = Static<typeof odsConfiguration>

/** Its query. */
export const odsConfigurationQuery = closed({
  encrypted: Type.Optional(
    Type.Boolean({
      description: 'Connection strings in Ed-Fi’s encrypted format, with the encryption key of the environment.',
    }),
  ),
})

/** Its headers. */
export const odsConfigurationHeaders = Type.Object({
  'If-None-Match': Type.Optional(
    Type.String({
      maxLength: 1000,
      description: 'The `ETag` of an earlier answer: 304 while nothing has changed.',
      examples: ['"m1Fq3kT0bq7l1w0m6V9cJA"'],
    }),
  ),
})
