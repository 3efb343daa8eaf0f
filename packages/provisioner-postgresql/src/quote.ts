import { assertIdentifier } from '@edfi-tenants/provisioner'
import pg from 'pg'

/** PostgreSQL cuts longer names without an error (`NAMEDATALEN` - 1). */
const maxIdentifierBytes = 63

/** Refuses a name that PostgreSQL could not hold as it is; fails with `validation_failed`. */
export const assertName = (name: string): void => assertIdentifier(name, maxIdentifierBytes)

/** A name as it stands in a statement. Every name goes through here, whoever chose it. */
export function quoteName(name: string): string {
  assertName(name)
  return pg.escapeIdentifier(name)
}

/** A text as it stands in a statement that takes no parameters. */
export const quoteText = (text: string): string => pg.escapeLiteral(text)
