import { readSettings } from './settings.js'

/**
 * A string that Npgsql can read, since that is the driver of ODS/API for the engine in the manifest.
 * @type {import('@edfi-tenants/provisioner').Provisioner['registeredConnectionString']}
 */
export const registeredConnectionString = (server, { databaseName, login }) =>
  Object.entries({
    host: readSettings(server).host,
    port: '5432',
    username: login.username,
    password: login.password,
    database: databaseName,
  })
    .map(([keyword, value]) => `${keyword}=${quote(value)};`)
    .join('')

/** The rules of .NET's DbConnectionStringBuilder. @param {string} value */
function quote(value) {
  if (/^[^"'=;\s\p{Cc}]*$/u.test(value)) return value
  if (value.includes('"') && !value.includes("'")) return `'${value}'`
  return `"${value.replaceAll('"', '""')}"`
}
