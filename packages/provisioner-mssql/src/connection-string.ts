import { Failure } from '@edfi-tenants/core'
import type { ConnectionStringRequest, Server } from '@edfi-tenants/provisioner'
import { optionNamePattern } from './registered-options.js'
import { readSettings } from './settings.js'

/** Admin API keeps the string encrypted and in Base64 in a column of limited length; longer ones would not fit. */
const maxBytes = 1050

const optionName = new RegExp(optionNamePattern, 'u')

/** The string that Microsoft.Data.SqlClient reads, for the address at which ODS/API reaches the server. */
export function registeredConnectionString(server: Server, { databaseName, login }: ConnectionStringRequest): string {
  const settings = readSettings(server)
  const { host, port, options } = settings.registered
  const refused = Object.keys(options).filter((keyword) => !optionName.test(keyword))
  if (refused.length > 0)
    throw new Failure('settings_invalid', `Not to be given in registered.options: ${refused.join(', ')}.`)
  const given = new Set(Object.keys(options).map(plainKeyword))
  const encryption = Object.entries({
    Encrypt: booleanWord(settings.encrypt),
    TrustServerCertificate: booleanWord(settings.trustServerCertificate),
  }).filter(([keyword]) => !given.has(plainKeyword(keyword)))
  const parts = [
    ['Server', port === undefined ? host : `${host},${port}`],
    ['Database', databaseName],
    ['User ID', login.username],
    ['Password', login.password],
    ...encryption,
    ...Object.entries(options),
  ] as const
  const text = parts.map(([keyword, value]) => `${keyword}=${quoteValue(value)};`).join('')
  if (Buffer.byteLength(text) >= maxBytes)
    throw new Failure('settings_invalid', `The connection string must be shorter than ${maxBytes} bytes.`)
  return text
}

const plainKeyword = (keyword: string): string => keyword.toLowerCase().replace(/[ _]/g, '')

const booleanWord = (value: boolean): string => (value ? 'True' : 'False')

/**
 * The rules of .NET's DbConnectionStringBuilder: plain where nothing is special, else in single quotes when the value
 * has double quotes only, else in double quotes, doubled inside.
 * https://github.com/dotnet/runtime/blob/main/src/libraries/Common/src/System/Data/Common/DbConnectionOptions.Common.cs
 */
function quoteValue(value: string): string {
  if (/^[^"'=;\s\p{Cc}]*$/u.test(value)) return value
  if (value.includes('"') && !value.includes("'")) return `'${value}'`
  return `"${value.replaceAll('"', '""')}"`
}
