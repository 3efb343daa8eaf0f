import { isFailure } from '@edfi-tenants/core'
import type { Login, ServerCheck } from '@edfi-tenants/provisioner'
import { withSession, type Session } from './connect.js'
import { isRefusal, numbersOf } from './errors.js'
import { quoteName } from './quote.js'
import type { Settings } from './settings.js'

/** Whether the login that instances share can sign in, tried on `master`, where it needs no rights. */
export async function checkRegisteredLogin(
  session: Session,
  settings: Settings,
  login: Login,
  signal: AbortSignal,
): Promise<ServerCheck> {
  const name = 'registered-login'
  try {
    await withSession({ settings, database: 'master', login, role: 'registered' }, signal, () => Promise.resolve())
  } catch (error) {
    if (!isFailure(error) || error.code !== 'registered_login_failed') throw error
    const numbers = numbersOf(error)
    const said = numbers.length === 0 ? '' : ` (error ${numbers.join(', ')})`
    return {
      name,
      ok: false,
      detail: `The server refuses the login ${login.username}${said}.`,
      remedy: await remedyFor(session, login.username),
    }
  }
  return { name, ok: true, detail: `The login ${login.username} can sign in.` }
}

async function remedyFor(session: Session, username: string): Promise<string> {
  const login = quoteName(username)
  const isThere = await session
    .query('select name from sys.server_principals where name = @name', { name: username })
    .then((rows) => rows.length > 0)
    .catch((error: unknown) => {
      if (isRefusal(error)) return false
      throw error
    })
  return isThere
    ? `ALTER LOGIN ${login} WITH PASSWORD = '…'; ALTER LOGIN ${login} ENABLE; or give the right password here.`
    : `CREATE LOGIN ${login} WITH PASSWORD = '…';`
}
