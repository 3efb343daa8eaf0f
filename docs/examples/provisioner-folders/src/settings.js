import path from 'node:path'
import { Failure } from '@edfi-tenants/core'

/**
 * The settings of a server, with the defaults.
 * @param {import('@edfi-tenants/provisioner').Server} server
 * @returns {{ root: string, host: string }}
 */
export function readSettings({ settings }) {
  const { root, host = 'localhost' } = settings
  if (typeof root !== 'string' || !path.isAbsolute(root) || typeof host !== 'string')
    throw new Failure('settings_invalid', 'root must be an absolute path, and host a text.')
  return { root, host }
}
