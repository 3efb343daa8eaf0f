import { contractVersion, type ProvisionerManifest } from '@edfi-tenants/provisioner'
import { optionNamePattern, optionValuePattern } from './registered-options.js'

const port = { type: 'integer', minimum: 1, maximum: 65_535 }
const host = { type: 'string', minLength: 1, maxLength: 255 }

/** What workers publish about this provisioner. */
export const manifest: ProvisionerManifest = {
  name: 'postgresql',
  title: 'PostgreSQL 13 and later, self-hosted or managed',
  databaseEngine: 'PostgreSql',
  contractVersion,
  settingsSchema: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    additionalProperties: false,
    required: ['host'],
    properties: {
      host: { ...host, description: 'Where the server itself is reached; never a transaction-pooling proxy.' },
      port: { ...port, default: 5432 },
      tls: {
        type: 'object',
        additionalProperties: false,
        required: ['mode'],
        description: 'Absent: not encrypted.',
        properties: {
          mode: { enum: ['disable', 'require', 'verify-ca', 'verify-full'] },
          ca: {
            type: 'string',
            maxLength: 262_144,
            pattern: '-----BEGIN CERTIFICATE-----',
            description: 'Trusted authorities, PEM text.',
          },
        },
      },
      connectTimeoutMs: { type: 'integer', minimum: 100, maximum: 120_000, default: 10_000 },
      statementTimeoutMs: {
        type: 'integer',
        minimum: 1_000,
        maximum: 86_400_000,
        default: 1_800_000,
        description: 'Longest time that one copy of a template may take.',
      },
      maintenanceDatabase: {
        type: 'string',
        minLength: 1,
        maxLength: 63,
        default: 'postgres',
        description: 'The database to connect to for creating and dropping others; the same for every worker.',
      },
      cloneStrategy: {
        enum: ['auto', 'wal_log', 'file_copy'],
        default: 'auto',
        description: 'How PostgreSQL 15 and later copies a template; auto leaves it to the server (wal_log).',
      },
      ownLoginRole: {
        type: 'string',
        minLength: 1,
        maxLength: 63,
        description:
          'Role that the own login of every instance becomes a member of. Where it has its rights on the templates, ' +
          'nothing has to be granted per instance.',
      },
      registered: {
        type: 'object',
        additionalProperties: false,
        required: ['host', 'port'],
        description: 'Where ODS/API reaches the server, for example through PgBouncer. Absent: at host and port.',
        properties: {
          host,
          port,
          options: {
            type: 'object',
            maxProperties: 20,
            propertyNames: { pattern: optionNamePattern },
            additionalProperties: { type: 'string', maxLength: 200, pattern: optionValuePattern },
            description:
              'Further Npgsql keywords, for example {"SSL Mode": "Require"}; none for address, database or login.',
          },
        },
      },
    },
  },
  templateSchema: {
    type: 'string',
    minLength: 1,
    maxLength: 63,
    description: 'Name of the database to copy; upper and lower case differ.',
  },
  addressSettings: ['host', 'port', 'tls'],
  capabilities: {
    supportsPerInstanceLogin: true,
    supportsRename: true,
    supportsStop: true,
    supportsArchive: true,
    clonesOnline: true,
  },
}
