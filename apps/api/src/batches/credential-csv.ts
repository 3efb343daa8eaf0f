import type { BatchCredential } from '@edfi-tenants/contract'
import { csvOf } from '../http/csv.js'

const columns = [
  'ref',
  'tenant',
  'instanceId',
  'instance',
  'application',
  'applicationId',
  'key',
  'secret',
  'readableUntil',
] as const

/** The credentials of a batch as CSV, one line per key. */
export const credentialCsv = (items: readonly BatchCredential[]): string =>
  csvOf(
    columns,
    items.map((item) => [
      item.ref,
      item.tenant,
      item.instanceId,
      item.name,
      item.applicationName,
      item.applicationId,
      item.key,
      item.secret,
      item.readableUntil,
    ]),
  )
