import { notWritten } from './not-written.js'
import { assertName } from './quote.js'

/** @type {import('@edfi-tenants/provisioner').Provisioner['runScripts']} */
export const runScripts = async (_server, { databaseName }) => {
  assertName(databaseName)
  throw notWritten(
    'runScripts',
    'run all scripts in one transaction with the login of the request, then `verify`; `seed_failed` with name and line.',
  )
}
