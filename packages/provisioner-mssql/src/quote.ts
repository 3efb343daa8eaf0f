import { Failure } from '@edfi-tenants/core'
import { assertIdentifier } from '@edfi-tenants/provisioner'

/** `sysname` holds 128 UTF-16 units; files of a database get a suffix on top of the name. */
const maxNameLength = 123

/** Refuses a name that SQL Server could not hold as it is; fails with `validation_failed`. */
export function assertName(name: string): void {
  assertIdentifier(name, maxNameLength * 4)
  if (name.length > maxNameLength)
    throw new Failure('validation_failed', `Names on SQL Server have at most ${maxNameLength} characters.`)
}

/** A name as it stands in a statement. Every name goes through here, whoever chose it. */
export function quoteName(name: string): string {
  assertName(name)
  return `[${name.replaceAll(']', ']]')}]`
}

/** A text as it stands in a statement that takes no parameters. */
export const quoteText = (text: string): string => `N'${text.replaceAll("'", "''")}'`
