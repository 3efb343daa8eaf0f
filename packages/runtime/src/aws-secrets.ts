import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { Failure } from '@edfi-tenants/core'
import { cached } from './cached.js'

/** Where `aws-secret:…` is read. */
export interface AwsSecretSettings {
  /** What every name begins with, so that a request cannot name any secret of the account. */
  prefix: string
  /** Undefined: as the SDK finds it. */
  region: string | undefined
  /** For a VPC endpoint of one's own, or a service that speaks the same language. */
  endpoint: string | undefined
}

/** Why it was not to be had, without a word about what exists. */
const notThere = (cause?: unknown): Failure =>
  new Failure('secret_unavailable', 'The secret that `passwordFrom` names is not available.', { cause })

/** For how long a secret is kept, in milliseconds: many jobs of a batch ask for the same one. */
const keptMs = 60_000

/** What the service says where asking again does not help. Anything else may pass: the way there, throttling, itself. */
const finalErrors = new Set([
  'AccessDeniedException',
  'CredentialsProviderError',
  'DecryptionFailure',
  'ExpiredTokenException',
  'IncompleteSignature',
  'InvalidClientTokenId',
  'InvalidParameterException',
  'InvalidRequestException',
  'InvalidSignatureException',
  'ResourceNotFoundException',
  'UnrecognizedClientException',
])

/**
 * Reads `name` or `name#key` (a text of the secret's JSON object) from AWS Secrets Manager; names outside the prefix are
 * as good as missing. Kept for a minute, asked once at a time; `fresh` forgets what is kept. The SDK is loaded with the
 * first use.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
 */
export function createAwsSecretReader(
  settings: AwsSecretSettings,
): (reference: string, fresh: boolean) => Promise<string> {
  let client: Promise<SecretsManagerClient> | undefined
  const read = cached(keptMs, async (name: string): Promise<string> => {
    const { GetSecretValueCommand } = await import('@aws-sdk/client-secrets-manager')
    try {
      const { SecretString } = await (
        await (client ??= openClient(settings))
      ).send(new GetSecretValueCommand({ SecretId: name }))
      if (!SecretString) throw notThere()
      return SecretString
    } catch (error) {
      if (error instanceof Failure) throw error
      if (error instanceof Error && finalErrors.has(error.name)) throw notThere(error)
      throw new Failure('secret_unavailable', 'AWS Secrets Manager does not answer.', { retryable: true, cause: error })
    }
  })
  return async (reference, fresh) => {
    const [, name = '', key] = /^([^#]+)(?:#(.+))?$/s.exec(reference) ?? []
    if (!name.startsWith(settings.prefix) || !/^[\w/+=.@!-]+$/.test(name)) throw notThere()
    const secret = await read(name, fresh)
    return key === undefined ? secret : textOf(secret, key)
  }
}

async function openClient({ region, endpoint }: AwsSecretSettings): Promise<SecretsManagerClient> {
  const { SecretsManagerClient: Client } = await import('@aws-sdk/client-secrets-manager')
  return new Client({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 10_000 },
  })
}

function textOf(secret: string, key: string): string {
  let value: unknown
  try {
    const fields: unknown = JSON.parse(secret)
    value = typeof fields === 'object' && fields !== null && Object.hasOwn(fields, key) && Reflect.get(fields, key)
  } catch {
    // The parser's message would quote the secret.
  }
  if (typeof value !== 'string' || value === '') throw notThere()
  return value
}
