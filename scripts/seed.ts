/**
 * Prepares the reference database server of docker-compose.yml: `logins` makes roles and control database, `server`
 * builds the sample templates and registers the server through the API. Both may run again at any time.
 */
import { signIn } from './reference/api.js'
import { ensureControlDatabase, ensureServerLogins, loginNames, urlFor } from './reference/logins.js'
import { registerServer } from './reference/register-server.js'
import { ensureTemplate } from './reference/templates.js'

const say = (text: string): void => void process.stderr.write(`${text}\n`)

function variable(name: string): string {
  const value = process.env[name]
  if (value === undefined || value === '') throw new Error(`${name} is not set.`)
  return value
}

const adminLogin = () => ({ username: loginNames.admin, password: variable('SERVER_ADMIN_PASSWORD') })
const registeredLogin = () => ({ username: loginNames.registered, password: variable('SERVER_REGISTERED_PASSWORD') })

async function seedLogins(): Promise<void> {
  const superuserUrl = variable('SUPERUSER_URL')
  await ensureServerLogins(superuserUrl, { admin: adminLogin(), registered: registeredLogin() })
  await ensureControlDatabase(superuserUrl, { username: loginNames.control, password: variable('CONTROL_PASSWORD') })
  say('Logins and control database are there.')
}

async function seedServer(): Promise<void> {
  const serverUrl = urlFor(variable('SERVER_URL'), { login: adminLogin() })
  await Promise.all(
    (['minimal', 'populated'] as const).map((kind) => ensureTemplate(serverUrl, kind, loginNames.registered)),
  )
  say('Templates are there.')
  const api = await signIn({
    url: variable('API_URL'),
    clientId: variable('BOOTSTRAP_CLIENT_ID'),
    clientSecret: variable('BOOTSTRAP_CLIENT_SECRET'),
  })
  const { hostname, port } = new URL(serverUrl)
  await registerServer(api, {
    name: 'local',
    host: hostname,
    port: Number(port),
    admin: adminLogin(),
    registered: registeredLogin(),
  })
  say('Database server "local" is registered.')
}

const seeds = new Map([
  ['logins', seedLogins],
  ['server', seedServer],
])
const seed = seeds.get(process.argv[2] ?? '')
if (!seed) {
  say(`usage: seed ${[...seeds.keys()].join('|')}`)
  process.exit(2)
}
await seed()
