import { validateAgainst } from '@edfi-tenants/contract'
import type { Json, JsonObject } from '@edfi-tenants/core'
import { provisioner } from '@edfi-tenants/provisioner-aws-rds-sqlserver'
import { expect } from 'chai'

const faultsOf = (settings: JsonObject) => validateAgainst(provisioner.manifest.settingsSchema, settings, '/settings')
const templateFaults = (template: Json) => validateAgainst(provisioner.manifest.templateSchema, template, '/template')
const needed = { host: 'ods.abc123.us-east-1.rds.amazonaws.com', backupArn: 'arn:aws:s3:::district-backups' }

describe('manifest of aws-rds-sqlserver', () => {
  it('takes every setting that is documented, in any partition of AWS', () => {
    expect(faultsOf(needed)).to.deep.equal([])
    const settings = {
      ...needed,
      port: 1433,
      backupArn: 'arn:aws-us-gov:s3:::district-backups/copies/ods/',
      kmsKeyArn: 'arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000000',
      encrypt: true,
      trustServerCertificate: false,
      ca: '-----BEGIN CERTIFICATE-----',
      connectTimeoutMs: 5_000,
      statementTimeoutMs: 600_000,
      registered: { host: 'ods.example.org', port: 1433, options: { Encrypt: 'Strict' } },
    }
    expect(faultsOf(settings)).to.deep.equal([])
  })

  it('refuses folders and named instances, which RDS has none of, and what is no ARN', () => {
    for (const wrong of [
      { host: needed.host },
      { ...needed, backupFolder: 'D:\\Backups' },
      { ...needed, instanceName: 'ODS' },
      { ...needed, backupArn: 's3://district-backups' },
      { ...needed, backupArn: "arn:aws:s3:::district-backups/x'y" },
      { ...needed, kmsKeyArn: 'alias/backups' },
    ])
      expect(faultsOf(wrong), JSON.stringify(wrong)).to.have.length.greaterThan(0)
  })

  it('takes a database or the ARN of an object as a template', () => {
    expect(templateFaults({ database: 'EdFi_Ods_Minimal_Template' })).to.deep.equal([])
    expect(templateFaults({ backup: 'arn:aws:s3:::district-backups/templates/minimal 7.3.bak' })).to.deep.equal([])
    for (const wrong of [
      {},
      { backup: 'arn:aws:s3:::district-backups' },
      { backup: '/var/opt/mssql/backup/minimal.bak' },
      { database: 'x', backup: 'arn:aws:s3:::district-backups/x.bak' },
    ])
      expect(templateFaults(wrong), JSON.stringify(wrong)).to.have.length.greaterThan(0)
  })
})
