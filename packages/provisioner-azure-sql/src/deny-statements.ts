import { quoteName, quoteText } from '@edfi-tenants/provisioner-mssql'

/**
 * Statements that keep users from connecting to the database they run in; not the one who runs them: who may copy a
 * template as a mere user of it is one in the copy too, and would shut himself out.
 */
export const denyStatements = (users: readonly string[]): string =>
  users.map((user) => `if user_id(${quoteText(user)}) <> user_id() deny connect to ${quoteName(user)}`).join(';\n')
