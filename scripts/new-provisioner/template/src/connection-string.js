import { readSettings } from './settings.js'

/**
 * For Npgsql, the driver of ODS/API for PostgreSQL; SQL Server's wants `server=tcp:host,port;` and `user id=`.
 * @type {import('@edfi-tenants/provisioner').Provisioner['registeredConnectionString']}
 */
export const registeredConnectionString = (server, { databaseName, login }) => {
  const { host, port } = readSettings(server)
  return Object.entries({
    host,
    port: String(port),
    username: login.username,
    password: login.password,
    database: databaseName,
  })
    .map(([keyword, value]) => `${keyword}=${quote(value)};`)
    .join('')
}

/** The rules of .NET's DbConnectionStringBuilder. @param {string} value */
function quote(value) {
  if (/^[^"'=;\s\p{Cc}]*$/u.test(value)) return value
  if (value.includes('"') && !value.includes("'")) return `'${value}'`
  return `"${value.replaceAll('"', '""')}"`
}
