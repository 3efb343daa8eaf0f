import { Failure } from '@edfi-tenants/core'

/**
 * The settings of a server, with the defaults; they have been checked against the manifest when they were written.
 * @param {import('@edfi-tenants/provisioner').Server} server
 * @returns {{ host: string, port: number }}
 */
export function readSettings({ settings }) {
  const { host, port = 5432 } = settings
  if (typeof host !== 'string' || typeof port !== 'number')
    throw new Failure('settings_invalid', 'host must be a text, and port a number.')
  return { host, port }
}
