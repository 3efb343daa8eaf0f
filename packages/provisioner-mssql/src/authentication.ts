import type { ConnectionConfiguration } from 'tedious'
import type { Target } from './connect.js'

type Authentication = NonNullable<ConnectionConfiguration['authentication']>

/**
 * How a connection signs in. Only the privileged path can use Entra ID; what is registered is a login with a password.
 * https://tediousjs.github.io/tedious/api-connection.html
 */
export function authenticationOf({ settings, login, role }: Target): Authentication {
  const { authentication = 'sql', entraTenantId, entraClientId } = settings
  if (role === 'registered' || authentication === 'sql')
    return { type: 'default', options: { userName: login.username, password: login.password } }
  if (authentication === 'entra-default')
    return { type: 'azure-active-directory-default', options: entraClientId ? { clientId: entraClientId } : {} }
  return {
    type: 'azure-active-directory-service-principal-secret',
    options: { clientId: login.username, clientSecret: login.password, tenantId: entraTenantId },
  }
}
