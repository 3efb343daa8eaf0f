import type { Login, ServerCheck } from '@edfi-tenants/provisioner'
import { withSession, type Session } from './connect.js'
import { stateOf } from './errors.js'
import { quoteName } from './quote.js'
import type { Settings } from './settings.js'

/** `28P01` wrong password or no such role; `28000` no LOGIN right, or no entry in pg_hba.conf. */
const refusedStates = ['28P01', '28000']
/** No CONNECT right on this database: that is asked after the password. */
const noConnect = '42501'

/** Whether the login that instances share can sign in, tried on the maintenance database, where it needs no rights. */
export async function checkRegisteredLogin(
  session: Session,
  settings: Settings,
  login: Login,
  signal: AbortSignal,
): Promise<ServerCheck> {
  const name = 'registered-login'
  const database = settings.maintenanceDatabase
  try {
    await withSession({ settings, database, login, role: 'registered', readOnly: true }, signal, () =>
      Promise.resolve(),
    )
  } catch (error) {
    const state = stateOf(error)
    if (refusedStates.includes(state))
      return {
        name,
        ok: false,
        detail: `The server refuses the login ${login.username} (SQLSTATE ${state}).`,
        remedy: await remedyFor(session, login.username),
      }
    if (state !== noConnect) throw error
  }
  return { name, ok: true, detail: `The login ${login.username} can sign in.` }
}

async function remedyFor(session: Session, username: string): Promise<string> {
  const found = await session.query('select from pg_roles where rolname = $1::text', [username])
  const role = quoteName(username)
  return found.length === 0
    ? `CREATE ROLE ${role} WITH LOGIN PASSWORD '…';`
    : `ALTER ROLE ${role} WITH LOGIN PASSWORD '…'; or give the right password here, and let pg_hba.conf admit it.`
}
