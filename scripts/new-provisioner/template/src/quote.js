import { assertIdentifier } from '@edfi-tenants/provisioner'

/** The longest name of a database in bytes. PostgreSQL has 63; correct it for your engine. */
const maxBytes = 63

/** Throws `validation_failed` for what cannot be the name of a database. @param {string} name */
export const assertName = (name) => assertIdentifier(name, maxBytes)
