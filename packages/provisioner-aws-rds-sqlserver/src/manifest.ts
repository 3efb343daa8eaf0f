import type { JsonObject } from '@edfi-tenants/core'
import type { ProvisionerManifest } from '@edfi-tenants/provisioner'
import { provisioner } from '@edfi-tenants/provisioner-mssql'

const { settingsSchema, ...sqlServer } = provisioner.manifest
const shared = ['host', 'port', 'encrypt', 'trustServerCertificate', 'ca', 'connectTimeoutMs', 'registered']

/** Partitions other than `aws` are those of China, GovCloud and the European sovereign cloud. */
const s3Arn = '^arn:aws[a-z-]*:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]'

/** What workers publish about this provisioner. */
export const manifest: ProvisionerManifest = {
  ...sqlServer,
  name: 'aws-rds-sqlserver',
  title: 'SQL Server on Amazon RDS',
  settingsSchema: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    additionalProperties: false,
    required: ['host', 'backupArn'],
    properties: {
      ...Object.fromEntries(
        Object.entries(settingsSchema['properties'] as JsonObject).filter(([key]) => shared.includes(key)),
      ),
      statementTimeoutMs: {
        type: 'integer',
        minimum: 1_000,
        maximum: 86_400_000,
        default: 1_800_000,
        description: 'Longest time that one backup or restore may take, waiting for its turn included.',
      },
      backupArn: {
        type: 'string',
        maxLength: 400,
        pattern: `${s3Arn}(?:/[^\\s'"]*)?$`,
        description: 'Bucket, and beginning of the key, that copies pass through: arn:aws:s3:::bucket/prefix.',
      },
      kmsKeyArn: {
        type: 'string',
        maxLength: 400,
        pattern: '^arn:aws[a-z-]*:kms:[a-z0-9-]+:\\d{12}:(?:key|alias)/[A-Za-z0-9/_-]+$',
        description: 'A symmetric KMS key that copies on their way are encrypted with.',
      },
    },
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
            maxLength: 1_200,
            pattern: `${s3Arn}/[^\\u0000-\\u001f]+$`,
            description: 'ARN of a full backup in S3.',
          },
        },
      },
    ],
  },
  addressSettings: ['host', 'port', 'encrypt', 'trustServerCertificate', 'ca'],
  // What is offline, only a procedure of RDS brings online; whether a closed one stays so is nowhere promised.
  capabilities: { ...sqlServer.capabilities, supportsStop: false },
}
