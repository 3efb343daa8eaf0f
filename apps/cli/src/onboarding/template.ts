import { columns } from './columns.js'
import { csvOf } from '../output/csv.js'

/** A file to begin with: every column, and one row as an example. */
export function templateFile(): string {
  const example: Record<string, string> = {
    ref: 'row-1',
    tenant: 'district-255901',
    name: 'Grand Bend 2026',
    displayName: 'Grand Bend ISD, 2025-2026',
    instanceType: 'ods',
    server: '',
    template: 'minimal',
    databaseName: '',
    deletionProtection: 'false',
    localEducationAgencyId: '255901',
    localEducationAgencyName: 'Grand Bend ISD',
    applicationId: '',
    vendor: '',
    claimSetName: '',
    'context.schoolYearFromRoute': '2026',
    'label.district': '255901',
    'label.schoolYear': '2026',
    'label.stage': 'production',
  }
  const header = [...columns, ...Object.keys(example).filter((name) => name.includes('.'))]
  return csvOf(header, [header.map((name) => example[name] ?? '')])
}
