import { Failure } from '@edfi-tenants/core'

/** What a password is for; short-lived tokens are made for it. */
export interface PasswordUse {
  host: string
  /** Where else it goes: what ODS/API logs in with is registered with the address that ODS/API uses. */
  registeredHost?: string
  port: number
  username: string
  /** As Admin API names it: `PostgreSql` or `SqlServer`. */
  databaseEngine: string
  /** Whether connections are encrypted, to a server that has proved its name. */
  verified: boolean
}

/**
 * Tokens are sent as they are, so nobody may read along or pass for the server; and they are known as passwords by
 * PostgreSQL only.
 */
function assertTakesTokens(use: PasswordUse): void {
  if (use.databaseEngine !== 'PostgreSql')
    throw new Failure('settings_invalid', 'Tokens as `passwordFrom` are for PostgreSQL servers only.')
  if (!use.verified)
    throw new Failure(
      'settings_invalid',
      'A token as `passwordFrom` needs an encrypted connection to a server that proves its name: settings.tls.mode "verify-full".',
    )
}

const notIssued = (cause: unknown): Failure =>
  new Failure('secret_unavailable', 'No token could be had for the login; see the log.', { retryable: true, cause })

/**
 * A token for IAM authentication of RDS and Aurora, valid for fifteen minutes; signed here with the credentials that the
 * SDK finds, nobody is asked. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
 */
export async function awsRdsToken(region: string, use: PasswordUse): Promise<string> {
  assertTakesTokens(use)
  const { Signer } = await import('@aws-sdk/rds-signer')
  const { host: hostname, port, username } = use
  return new Signer({ hostname, port, username, region }).getAuthToken().catch((error: unknown) => {
    throw notIssued(error)
  })
}

/**
 * What the names of Azure Database for PostgreSQL end with in each cloud, and whom a token for them is for. A token is good
 * for every server that knows the identity, so it goes to no other name: whoever writes a record chooses the host.
 * https://learn.microsoft.com/azure/postgresql/flexible-server/how-to-configure-sign-in-azure-ad-authentication
 */
const entraScopes: Record<string, string> = {
  '.postgres.database.azure.com': 'https://ossrdbms-aad.database.windows.net/.default',
  '.postgres.database.usgovcloudapi.net': 'https://ossrdbms-aad.database.usgovcloudapi.net/.default',
  '.postgres.database.chinacloudapi.cn': 'https://ossrdbms-aad.database.chinacloudapi.cn/.default',
}

function entraScope(host: string): string {
  const suffix = Object.keys(entraScopes).find((each) => host.toLowerCase().endsWith(each))
  const scope = suffix === undefined ? undefined : entraScopes[suffix]
  if (scope !== undefined) return scope
  throw new Failure(
    'settings_invalid',
    'Tokens of Entra ID go to Azure Database for PostgreSQL only: settings.host must be its own name, *.postgres.database.azure.com.',
  )
}

/** Gives tokens of Entra ID for Azure Database for PostgreSQL, for the identity that the worker runs as. */
export function createEntraTokens(): (use: PasswordUse) => Promise<string> {
  let credential: Promise<{ getToken(scope: string): Promise<{ token: string } | null> }> | undefined
  return async (use) => {
    assertTakesTokens(use)
    const scope = entraScope(use.host)
    credential ??= import('@azure/identity').then(({ DefaultAzureCredential }) => new DefaultAzureCredential())
    try {
      // The credential keeps tokens, and fetches another well before one ends.
      const answer = await (await credential).getToken(scope)
      if (!answer) throw new Error('The credential gave no token.')
      return answer.token
    } catch (error) {
      throw notIssued(error)
    }
  }
}
