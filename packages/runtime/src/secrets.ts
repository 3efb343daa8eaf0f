import { open, realpath } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from '@edfi-tenants/core'
import { createAwsSecretReader, type AwsSecretSettings } from './aws-secrets.js'
import type { Env } from './env-reader.js'
import { awsRdsToken, createEntraTokens, type PasswordUse } from './login-tokens.js'
import { mayBeSentTo, type SecretRule } from './secret-rules.js'

/** What a secret is read for, and whether one that is kept for a moment (a cloud's) will not do: a login was refused. */
export interface SecretUse extends PasswordUse {
  fresh?: boolean
}

/** Gives the secret that a `passwordFrom` names, as it is now (a cloud's within a minute): rotation needs no restart. */
export type ResolveSecret = (reference: string, use: SecretUse) => Promise<string>

const variablePrefix = 'TM_SECRET_'
const largestFile = 64 * 1024

const unavailable = (reason: string): Failure => new Failure('secret_unavailable', reason)

/** One text for missing and forbidden: an answer must not tell what exists around this process. */
const notThere = (): Failure => unavailable('The secret that `passwordFrom` names is not available.')

function fromVariable(env: Env, name: string): string {
  const isNamed = name.startsWith(variablePrefix) && /^[A-Z0-9_]+$/i.test(name)
  const value = isNamed && Object.hasOwn(env, name) ? env[name] : undefined
  if (value === undefined || value === '') throw notThere()
  return value
}

async function readLimited(file: string): Promise<string> {
  const handle = await open(file, 'r')
  try {
    const stat = await handle.stat()
    if (!stat.isFile() || stat.size > largestFile) throw notThere()
    // What grows meanwhile is not read on.
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(largestFile + 1), 0, largestFile + 1, 0)
    if (bytesRead > largestFile) throw notThere()
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await handle.close()
  }
}

async function fromFile(folder: string | undefined, name: string): Promise<string> {
  const parts = name.split(/[\\/]/)
  if (folder === undefined || path.isAbsolute(name) || parts.includes('..') || name.includes('\0')) throw notThere()
  try {
    // Links are followed first, so what counts is where the file really is. Kubernetes mounts secrets as links.
    const [root, file] = await Promise.all([realpath(folder), realpath(path.join(folder, name))])
    const inside = path.relative(root, file)
    if (inside === '' || inside.startsWith('..') || path.isAbsolute(inside)) throw notThere()
    const secret = (await readLimited(file)).replace(/\r?\n$/, '')
    if (secret === '') throw notThere()
    return secret
  } catch {
    // The reason would tell paths and what exists.
    throw notThere()
  }
}

/** Every kind of `passwordFrom` in words; the contract has their exact form. */
const kinds =
  '`passwordFrom` must be `env:TM_SECRET_…`, `file:` and a path below the configured folder, `aws-secret:` and a name, ' +
  '`aws-rds-iam:` and a region, or `azure-entra`.'

/**
 * Resolves `env:TM_SECRET_…`, `file:<path below the folder>`, `aws-secret:<name>[#key]`, `aws-rds-iam:<region>` and
 * `azure-entra`. Everything else, and what is not there, rejects with a `secret_unavailable` failure that reveals neither
 * content nor surroundings; tokens for a server that cannot take them with `settings_invalid`. Variables and files are
 * read anew each time.
 */
export function createSecretResolver(options: {
  env: Env
  secretFilesDir: string | undefined
  /** Undefined: no `aws-secret:`. */
  awsSecrets?: AwsSecretSettings | undefined
  /** Undefined: what is read may be sent to any host that servers may have. */
  rules?: readonly SecretRule[] | undefined
}): ResolveSecret {
  const readAwsSecret = options.awsSecrets && createAwsSecretReader(options.awsSecrets)
  const entraToken = createEntraTokens()
  return async (reference, use) => {
    const hosts = [use.host, use.registeredHost].filter((host) => host !== undefined && host !== '') as string[]
    if (!mayBeSentTo(options.rules, reference, hosts))
      throw unavailable(
        'SECRET_REFERENCES_ALLOWED of this worker does not let this `passwordFrom` be sent to this host.',
      )
    if (reference === 'azure-entra') return entraToken(use)
    const [, kind, name = ''] = /^(env|file|aws-secret|aws-rds-iam):(.+)$/s.exec(reference) ?? []
    if (kind === 'env') return fromVariable(options.env, name)
    if (kind === 'file') return fromFile(options.secretFilesDir, name)
    if (kind === 'aws-rds-iam') return awsRdsToken(name, use)
    if (kind !== 'aws-secret') throw unavailable(kinds)
    if (!readAwsSecret) throw unavailable('Secrets of AWS are switched off here (AWS_SECRETS_PREFIX is not set).')
    return readAwsSecret(name, use.fresh ?? false)
  }
}
