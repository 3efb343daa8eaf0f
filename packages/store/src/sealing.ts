import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** One key of `ENCRYPTION_KEYS`: 32 bytes and the id under which sealed values name it. */
export interface SealingKey {
  id: string
  key: Buffer
}

/** Seals and opens secrets. The context (table, row, column) is bound in: a value moved to another row does not open. */
export interface Sealer {
  seal(plain: string, context: string): string
  /** Throws when the key is unknown, the context another one, or the value was changed. */
  open(sealed: string, context: string): string
  /** Whether a value is sealed with the first key, the one that new values get. */
  isCurrent(sealed: string): boolean
}

/** AES-256-GCM: `keyId.iv.tag.ciphertext`, base64url. The first key seals, all open. */
export function createSealer(keys: readonly SealingKey[]): Sealer {
  const [current] = keys
  if (!current) throw new Error('At least one encryption key is needed.')
  return {
    seal(plain, context) {
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', current.key, iv).setAAD(Buffer.from(context))
      const ciphertext = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
      return [current.id, ...[iv, cipher.getAuthTag(), ciphertext].map((part) => part.toString('base64url'))].join('.')
    },
    open(sealed, context) {
      const [id, iv, tag, ciphertext] = sealed.split('.')
      const key = keys.find((candidate) => candidate.id === id)
      if (!key) throw new Error(`A sealed value names the encryption key "${id ?? ''}", which is not configured.`)
      if (iv === undefined || tag === undefined || ciphertext === undefined)
        throw new Error('A sealed value is malformed.')
      const decipher = createDecipheriv('aes-256-gcm', key.key, Buffer.from(iv, 'base64url'), { authTagLength: 16 })
      decipher.setAAD(Buffer.from(context)).setAuthTag(Buffer.from(tag, 'base64url'))
      return Buffer.concat([decipher.update(Buffer.from(ciphertext, 'base64url')), decipher.final()]).toString('utf8')
    },
    isCurrent: (sealed) => sealed.startsWith(`${current.id}.`),
  }
}
