/** Rules for names that clients give, shared by request validation and by what acts on the names. */

/** Registered name of an instance: also its name in Admin API (whose column holds 100 characters). */
export const instanceNamePattern = '^[A-Za-z0-9][A-Za-z0-9 ._()-]*$'

/** Tenant names follow Admin API's rule for the `tenant` header. */
export const tenantNamePattern = '^[A-Za-z0-9-]{1,50}$'

/** Database names that a client may choose. 63 bytes is PostgreSQL's limit; SQL Server's is larger. */
export const databaseNamePattern = '^[A-Za-z][A-Za-z0-9_-]{0,62}$'

const maxDatabaseNameBytes = 63

const reservedDatabaseNames = new Set([
  'postgres',
  'template0',
  'template1',
  'master',
  'model',
  'msdb',
  'tempdb',
  'rdsadmin',
  'azure_maintenance',
  'cloudsqladmin',
])

const reservedDatabasePatterns = [/^edfi_admin/, /^edfi_security/, /^edfi_ods_.*template/, /^ods_.*_template$/, /^tm_/]

/**
 * Whether a database of this name may never be an instance: the engines' own databases, Ed-Fi's Admin and Security
 * databases and templates, our working names (`tm_…`), and any further names given (configured templates, the control
 * database). Case is ignored.
 */
export function isReservedDatabaseName(name: string, alsoReserved: Iterable<string> = []): boolean {
  const lower = name.toLowerCase()
  if (reservedDatabaseNames.has(lower) || reservedDatabasePatterns.some((pattern) => pattern.test(lower))) return true
  for (const reserved of alsoReserved) if (reserved.toLowerCase() === lower) return true
  return false
}

/**
 * The database name of an instance that was asked for without one: `EdFi_Ods_{tenant}_{name}`, or a tenant's own
 * pattern with the same placeholders. Characters other than letters, digits and `_` become `_`; what is too long is
 * cut and ends in a hash of the whole, so that two long names stay two names.
 */
export function defaultDatabaseName(tenant: string, name: string, pattern = 'EdFi_Ods_{tenant}_{name}'): string {
  const wanted = pattern.replaceAll('{tenant}', tenant).replaceAll('{name}', name)
  const safe = wanted.replace(/[^A-Za-z0-9_]/g, '_').replace(/^[^A-Za-z]/, 'd$&')
  if (safe.length <= maxDatabaseNameBytes) return safe
  const suffix = `_${shortHash(wanted)}`
  return safe.slice(0, maxDatabaseNameBytes - suffix.length) + suffix
}

/** Eight hexadecimal digits of FNV-1a over two seeds' worth of bits: enough to tell names apart, not a secret. */
function shortHash(text: string): string {
  let hash = 0xcbf29ce484222325n
  for (const byte of new TextEncoder().encode(text)) {
    hash ^= BigInt(byte)
    hash = BigInt.asUintN(64, hash * 0x100000001b3n)
  }
  return (hash ^ (hash >> 32n)).toString(16).slice(-8).padStart(8, '0')
}
