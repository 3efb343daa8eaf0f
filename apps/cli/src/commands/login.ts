import { createApiClient, ApiError, type Credentials } from '@edfi-tenants/api-client'
import type { Command } from 'commander'
import type { Context } from '../context.js'
import { exitCodes } from '../exit-codes.js'
import type { Attach } from '../program.js'
import { Refusal } from '../refusal.js'
import { askSecret } from '../sign-in/ask-secret.js'
import { apiUrlOf, credentialsOf } from '../sign-in/find-access.js'
import { setting } from '../surroundings.js'
import { loginFile, readLogin, removeLogin, writeLogin } from '../sign-in/login-file.js'

interface LoginOptions {
  apiUrl?: string
  clientId?: string
}

/** `login` and `logout`. */
export function addLogin(program: Command, attach: Attach): void {
  attach(
    program
      .command('login')
      .description('try the credentials and store them for the commands to come, readable only for you')
      .option(
        '--client-id <id>',
        'client to sign in with (default: TM_CLIENT_ID); its secret is TM_CLIENT_SECRET, or asked for',
      ),
    login,
  )
  attach(program.command('logout').description('forget what login has stored'), async ({ output, surroundings }) => {
    const file = loginFile(surroundings)
    await removeLogin(file)
    output.print(`Forgotten: ${file}`)
    output.document({ file })
    return exitCodes.succeeded
  })
}

async function login({ output, surroundings }: Context, options: LoginOptions): Promise<number> {
  const { env } = surroundings
  const file = loginFile(surroundings)
  const named = options.apiUrl ?? setting(env, 'TM_API_URL') ?? (await readLogin(file).catch(() => null))?.apiUrl
  if (named === undefined) throw new Refusal('Which API? Give --api-url, or set TM_API_URL.')
  const apiUrl = apiUrlOf(named)
  const credentials = await credentialsFor(options, surroundings)
  await trySignIn(apiUrl, credentials, surroundings.signal)
  await writeLogin(file, { apiUrl, credentials })
  const who = 'token' in credentials ? 'the token' : credentials.clientId
  output.print(`Signed in at ${apiUrl} with ${who}. Stored in ${file}.`)
  output.document({ apiUrl, clientId: 'token' in credentials ? null : credentials.clientId, file })
  return exitCodes.succeeded
}

async function credentialsFor(options: LoginOptions, surroundings: Context['surroundings']): Promise<Credentials> {
  const { env } = surroundings
  const clientId = options.clientId ?? setting(env, 'TM_CLIENT_ID')
  if (clientId === undefined) {
    const fromEnvironment = credentialsOf(env)
    if (fromEnvironment) return fromEnvironment
    throw new Refusal('With which client? Give --client-id, or set TM_CLIENT_ID, or TM_TOKEN.')
  }
  const clientSecret =
    setting(env, 'TM_CLIENT_SECRET') ?? (await askSecret(`Secret of ${clientId}: `, surroundings)).trim()
  if (clientSecret === '') throw new Refusal('There is no secret: set TM_CLIENT_SECRET, or type it when asked.')
  return { clientId, clientSecret }
}

/** A client that may not read instances has signed in all the same. */
async function trySignIn(url: string, credentials: Credentials, signal: AbortSignal): Promise<void> {
  const api = createApiClient({ url, credentials, retryForMs: 5_000, timeoutMs: 15_000 })
  try {
    await api.GET('/v1/instances', { params: { query: { limit: 1 } }, signal })
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 'insufficient_scope')) throw error
  }
}
