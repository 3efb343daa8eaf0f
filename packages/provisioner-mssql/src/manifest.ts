import { contractVersion, type ProvisionerManifest } from '@edfi-tenants/provisioner'
import { optionNamePattern, optionValuePattern } from './registered-options.js'

const port = { type: 'integer', minimum: 1, maximum: 65_535 }
const host = { type: 'string', minLength: 1, maxLength: 255, pattern: '^[^\\s;,\\\\]+$' }
const folder = {
  type: 'string',
  minLength: 1,
  maxLength: 400,
  pattern: '^(?:/|[A-Za-z]:\\\\|\\\\\\\\)[^\\u0000-\\u001f]*$',
}

/** What workers publish about this provisioner. */
export const manifest: ProvisionerManifest = {
  name: 'mssql',
  title: 'SQL Server 2019 and later, self-hosted',
  databaseEngine: 'SqlServer',
  contractVersion,
  settingsSchema: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    additionalProperties: false,
    required: ['host'],
    properties: {
      host: { ...host, description: 'Where the server itself is reached.' },
      port: { ...port, default: 1433 },
      instanceName: {
        type: 'string',
        maxLength: 16,
        pattern: '^[A-Za-z_][A-Za-z0-9_$]*$',
        'x-host': false,
        description: 'A named instance, found through SQL Server Browser; the port is not used then.',
      },
      encrypt: { type: 'boolean', default: true },
      trustServerCertificate: {
        type: 'boolean',
        default: false,
        description: 'Encrypted, but any certificate is accepted.',
      },
      ca: {
        type: 'string',
        maxLength: 65_536,
        pattern: '-----BEGIN CERTIFICATE-----',
        'x-host': false,
        description: 'Trusted authorities, PEM text.',
      },
      connectTimeoutMs: { type: 'integer', minimum: 100, maximum: 120_000, default: 15_000 },
      statementTimeoutMs: {
        type: 'integer',
        minimum: 1_000,
        maximum: 86_400_000,
        default: 1_800_000,
        description: 'Longest time that one backup or restore may take.',
      },
      backupFolder: {
        ...folder,
        description: 'Folder that copies pass through, as the server sees it. Absent: its default folder for backups.',
      },
      backupUrl: {
        type: 'string',
        maxLength: 250,
        pattern: '^(?:https|s3)://[^\\s\'"?]+$',
        description: 'The same as the beginning of a URL that the server has a credential for; instead of a folder.',
      },
      dataFolder: { ...folder, description: 'Where data files go, as the server sees it. Absent: its default.' },
      logFolder: { ...folder, description: 'Where log files go, as the server sees it. Absent: its default.' },
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
            description:
              'Further SqlClient keywords, for example {"Encrypt": "false"}; none for address, database or login.',
          },
        },
      },
    },
    not: { required: ['backupFolder', 'backupUrl'] },
  },
  templateSchema: {
    oneOf: [
      {
        type: 'object',
        additionalProperties: false,
        required: ['database'],
        properties: {
          database: { type: 'string', minLength: 1, maxLength: 123, description: 'Name of the database to copy.' },
        },
      },
      {
        type: 'object',
        additionalProperties: false,
        required: ['backup'],
        properties: {
          backup: {
            type: 'string',
            minLength: 1,
            maxLength: 400,
            pattern: '^(?:/|[A-Za-z]:\\\\|\\\\\\\\|https://|s3://)[^\\u0000-\\u001f]*$',
            description: 'Path of a .bak as the server sees it, or its URL.',
          },
        },
      },
    ],
  },
  addressSettings: ['host', 'port', 'instanceName', 'encrypt', 'trustServerCertificate', 'ca'],
  capabilities: {
    supportsPerInstanceLogin: true,
    supportsRename: true,
    supportsStop: true,
    supportsArchive: true,
    clonesOnline: true,
    copiesInUse: true,
  },
}
