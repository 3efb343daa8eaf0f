import { Failure } from '@edfi-tenants/core'

/** What a password is for; short-lived tokens are made for it. */
export interface PasswordUse {
  host: string
  port: number
  username: string
  /** As Admin API names it: `PostgreSql` or `SqlServer`. */
  databaseEngine: string
  /** Whether connections are encrypted. */
  encrypted: boolean
}

/** Tokens are sent as they are, so nobody may read along; and they are known as passwords by PostgreSQL only. */
function assertTakesTokens(use: PasswordUse): void {
  if (use.databaseEngine !== 'PostgreSql')
    throw new Failure('settings_invalid', 'Tokens as `passwordFrom` are for PostgreSQL servers only.')
  if (!use.encrypted)
    throw new Failure('settings_invalid', 'A token as `passwordFrom` needs an encrypted connection (settings.tls).')
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

/** https://learn.microsoft.com/azure/postgresql/flexible-server/how-to-configure-sign-in-azure-ad-authentication */
const postgresScope = 'https://ossrdbms-aad.database.windows.net/.default'

/** Gives tokens of Entra ID for Azure Database for PostgreSQL, for the identity that the worker runs as. */
export function createEntraTokens(): (use: PasswordUse) => Promise<string> {
  let credential: Promise<{ getToken(scope: string): Promise<{ token: string } | null> }> | undefined
  return async (use) => {
    assertTakesTokens(use)
    credential ??= import('@azure/identity').then(({ DefaultAzureCredential }) => new DefaultAzureCredential())
    try {
      // The credential keeps tokens, and fetches another well before one ends.
      const answer = await (await credential).getToken(postgresScope)
      if (!answer) throw new Error('The credential gave no token.')
      return answer.token
    } catch (error) {
      throw notIssued(error)
    }
  }
}
