import { notWritten } from './not-written.js'
import { assertName } from './quote.js'

/** @type {import('@edfi-tenants/provisioner').Provisioner['verifyDatabase']} */
export const verifyDatabase = async (_server, { databaseName }) => {
  assertName(databaseName)
  throw notWritten(
    'verifyDatabase',
    'connect read-only with the login of the request, look at marker, core tables, versions and descriptors.',
  )
}
