import { contractVersion, type ProvisionerManifest } from '@edfi-tenants/provisioner'
import { optionNamePattern, optionValuePattern } from '@edfi-tenants/provisioner-mssql'

const port = { type: 'integer', minimum: 1, maximum: 65_535 }
const host = { type: 'string', minLength: 1, maxLength: 255, pattern: '^[^\\s;,\\\\]+$' }
const guid = { type: 'string', 'x-host': false, pattern: '^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' }

/**
 * What workers publish about this provisioner. A database here cannot be taken offline (`SET OFFLINE` is refused), and
 * nothing about a login says that it was let go of, so there are neither stops nor logins of an instance's own.
 */
export const manifest: ProvisionerManifest = {
  name: 'azure-sql',
  title: 'Azure SQL Database',
  databaseEngine: 'SqlServer',
  contractVersion,
  settingsSchema: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    additionalProperties: false,
    required: ['host'],
    properties: {
      host: { ...host, description: 'The logical server, for example example.database.windows.net.' },
      port: { ...port, default: 1433 },
      authentication: {
        type: 'string',
        'x-host': false,
        enum: ['sql', 'entra-service-principal', 'entra-default'],
        default: 'sql',
        description:
          'How the privileged login signs in: with its password; as an application of Entra ID, whose client id and secret are the credentials; or as whatever identity the worker has.',
      },
      entraTenantId: { ...guid, description: 'The directory of the application; with entra-service-principal.' },
      entraClientId: { ...guid, description: 'A user-assigned identity of the worker; with entra-default.' },
      serviceObjective: {
        type: 'string',
        maxLength: 64,
        pattern: '^[A-Za-z][A-Za-z0-9_]*$',
        description:
          'Service objective of new databases, for example S0 or GP_S_Gen5_1. Absent: as the template has it.',
      },
      elasticPool: {
        type: 'string',
        minLength: 1,
        maxLength: 123,
        description: 'Elastic pool of the server that new databases go to; instead of a service objective.',
      },
      encrypt: { type: 'boolean', default: true, description: 'Azure accepts nothing else.' },
      trustServerCertificate: { type: 'boolean', default: false },
      connectTimeoutMs: { type: 'integer', minimum: 100, maximum: 120_000, default: 30_000 },
      statementTimeoutMs: { type: 'integer', minimum: 1_000, maximum: 86_400_000, default: 1_800_000 },
      pollIntervalMs: {
        type: 'integer',
        minimum: 10,
        maximum: 60_000,
        default: 2_000,
        description: 'How often a copy on its way is looked after.',
      },
      retryAfterMs: {
        type: 'integer',
        minimum: 10,
        maximum: 60_000,
        default: 5_000,
        description: 'First wait after a passing fault or throttling; doubled four times, then the job repeats.',
      },
      registered: {
        type: 'object',
        additionalProperties: false,
        required: ['host', 'port'],
        description: 'Where ODS/API reaches the server. Absent: at the same address.',
        properties: {
          host,
          port,
          options: {
            type: 'object',
            maxProperties: 20,
            propertyNames: { pattern: optionNamePattern },
            additionalProperties: { type: 'string', maxLength: 200, pattern: optionValuePattern },
            description: 'Further SqlClient keywords; none for address, database or login.',
          },
        },
      },
    },
    not: { required: ['serviceObjective', 'elasticPool'] },
    if: { properties: { authentication: { const: 'entra-service-principal' } }, required: ['authentication'] },
    then: { required: ['entraTenantId'] },
  },
  templateSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['database'],
    properties: {
      database: { type: 'string', minLength: 1, maxLength: 123, description: 'Name of the database to copy.' },
    },
  },
  addressSettings: [
    ...['host', 'port', 'encrypt', 'trustServerCertificate'],
    ...['authentication', 'entraTenantId', 'entraClientId'],
  ],
  capabilities: {
    supportsPerInstanceLogin: false,
    supportsRename: true,
    supportsStop: false,
    supportsArchive: true,
    clonesOnline: true,
    copiesInUse: true,
  },
}
