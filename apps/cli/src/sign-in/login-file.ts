import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Credentials } from '@edfi-tenants/api-client'
import { writePrivateFile } from '../output/private-file.js'
import { Refusal } from '../refusal.js'
import { setting, type Surroundings } from '../surroundings.js'

/** An API, and how to sign in there. */
export interface Access {
  /** Without a slash at the end. */
  apiUrl: string
  credentials: Credentials
}

/**
 * The file that `login` writes: in `TM_CONFIG_DIR`, else `edfi-tenants` below `%APPDATA%` on Windows, `$XDG_CONFIG_HOME` or
 * `~/.config` elsewhere (https://specifications.freedesktop.org/basedir-spec/latest/).
 */
export function loginFile({ env, platform, home }: Pick<Surroundings, 'env' | 'platform' | 'home'>): string {
  const given = setting(env, 'TM_CONFIG_DIR')
  if (given !== undefined) return path.join(given, 'login.json')
  const base = setting(env, platform === 'win32' ? 'APPDATA' : 'XDG_CONFIG_HOME')
  const folder = base ?? (platform === 'win32' ? path.join(home, 'AppData', 'Roaming') : path.join(home, '.config'))
  return path.join(folder, 'edfi-tenants', 'login.json')
}

/** What was stored last; null when nothing is. */
export async function readLogin(file: string): Promise<Access | null> {
  let text
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw new Refusal(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
  try {
    const { apiUrl, token, clientId, clientSecret } = JSON.parse(text) as Record<string, unknown>
    if (typeof apiUrl === 'string' && typeof token === 'string') return { apiUrl, credentials: { token } }
    if (typeof apiUrl === 'string' && typeof clientId === 'string' && typeof clientSecret === 'string')
      return { apiUrl, credentials: { clientId, clientSecret } }
  } catch {
    // Said below.
  }
  throw new Refusal(`${file} is not as \`login\` writes it; sign in anew.`)
}

/** Stores how to sign in, readable for the user only. */
export const writeLogin = (file: string, { apiUrl, credentials }: Access): Promise<void> =>
  writePrivateFile(file, `${JSON.stringify({ apiUrl, ...credentials }, null, 2)}\n`)

/** Forgets it. */
export const removeLogin = (file: string): Promise<void> => rm(file, { force: true })
