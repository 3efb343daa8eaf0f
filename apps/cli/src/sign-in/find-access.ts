import type { Credentials } from '@edfi-tenants/api-client'
import { Refusal } from '../refusal.js'
import { setting, type Surroundings } from '../surroundings.js'
import { loginFile, readLogin, type Access } from './login-file.js'

/** The address as the client wants it; refuses what is none. */
export function apiUrlOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.search || url.hash)
    throw new Refusal(`"${text}" is no address of an API; it is like https://tenants.example.org.`)
  return url.href.replace(/\/+$/, '')
}

/** What `TM_TOKEN`, or `TM_CLIENT_ID` and `TM_CLIENT_SECRET`, say; null without any of them. */
export function credentialsOf(env: Surroundings['env']): Credentials | null {
  const token = setting(env, 'TM_TOKEN')
  if (token !== undefined) return { token }
  const clientId = setting(env, 'TM_CLIENT_ID')
  const clientSecret = setting(env, 'TM_CLIENT_SECRET')
  if (clientId !== undefined && clientSecret !== undefined) return { clientId, clientSecret }
  if (clientId === undefined && clientSecret === undefined) return null
  throw new Refusal(`${clientId ? 'TM_CLIENT_SECRET' : 'TM_CLIENT_ID'} is not set; it is needed with the other.`)
}

/**
 * Which API, and how to sign in: what is said on the command line and in the environment goes before what `login` has stored.
 * Stored credentials are never sent to another address than that they were stored with.
 */
export async function findAccess(surroundings: Surroundings, given: { apiUrl?: string }): Promise<Access> {
  const { env } = surroundings
  const named = given.apiUrl ?? setting(env, 'TM_API_URL')
  const apiUrl = named === undefined ? undefined : apiUrlOf(named)
  const credentials = credentialsOf(env)
  if (apiUrl !== undefined && credentials) return { apiUrl, credentials }
  const stored = await readLogin(loginFile(surroundings))
  if (apiUrl === undefined && !stored)
    throw new Refusal('Which API? Set TM_API_URL, or sign in with `login`.', { code: 'not_signed_in' })
  if (credentials) return { apiUrl: apiUrl ?? stored?.apiUrl ?? '', credentials }
  if (stored && (apiUrl === undefined || apiUrl === stored.apiUrl)) return stored
  throw new Refusal(
    `There are no credentials for ${apiUrl ?? ''}: set TM_CLIENT_ID and TM_CLIENT_SECRET, or TM_TOKEN, or sign in with \`login\`.`,
    { code: 'not_signed_in' },
  )
}
