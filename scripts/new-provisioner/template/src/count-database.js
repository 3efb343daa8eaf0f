import { notWritten } from './not-written.js'
import { assertName } from './quote.js'

/** @type {import('@edfi-tenants/provisioner').Provisioner['countDatabase']} */
export const countDatabase = async (_server, { databaseName }) => {
  assertName(databaseName)
  throw notWritten(
    'countDatabase',
    'count the tables by one read-only connection with the login of the request; null for what is not there.',
  )
}
