import { open, realpath } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from '@edfi-tenants/core'
import type { Env } from './env-reader.js'

/** Gives the secret that a `passwordFrom` names, as it is at this moment, so that rotated ones need no restart. */
export type ResolveSecret = (reference: string) => Promise<string>

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

/**
 * Resolves `env:TM_SECRET_…` and `file:<path below the folder>`. Everything else, and what is not there, rejects with a
 * `secret_unavailable` failure that reveals neither content nor surroundings. Nothing is kept between calls.
 */
export function createSecretResolver(options: { env: Env; secretFilesDir: string | undefined }): ResolveSecret {
  return async (reference) => {
    const [, kind, name = ''] = /^(env|file):(.+)$/s.exec(reference) ?? []
    if (kind === 'env') return fromVariable(options.env, name)
    if (kind === 'file') return fromFile(options.secretFilesDir, name)
    throw unavailable('`passwordFrom` must be `env:TM_SECRET_…` or `file:` and a path below the configured folder.')
  }
}
