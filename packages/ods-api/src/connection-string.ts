import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * Encrypts a connection string as ODS/API and Admin API store them: base64 of IV, ciphertext and HMAC, joined by `|`;
 * AES-256-CBC with PKCS #7, a random IV, and HMAC-SHA256 of the ciphertext with the same key. Throws a plain Error when
 * the key is not base64 of 32 bytes.
 *
 * ODS/API takes a stored value that it cannot decrypt for plain text, uses it as it is, and writes it back encrypted.
 * So a plain string heals itself, and one that was encrypted with another key is encrypted a second time and lost:
 * a key is changed in ODS/API, Admin API and here at once, and every string is registered anew.
 * https://github.com/Ed-Fi-Alliance-OSS/Ed-Fi-ODS (Aes256SymmetricStringEncryptionProvider)
 */
export function encryptConnectionString(key: string, text: string): string {
  const secret = keyOf(key)
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-256-cbc', secret, iv)
  const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return [iv, encrypted, sign(secret, encrypted)].map((part) => part.toString('base64')).join('|')
}

/**
 * The plain text of what {@link encryptConnectionString}, Admin API or ODS/API made; null for what was not encrypted with
 * this key, plain text included.
 */
export function decryptConnectionString(key: string, stored: string): string | null {
  const secret = keyOf(key)
  const parts = stored.split('|')
  if (parts.length !== 3) return null
  const [iv, encrypted, signature] = parts.map((part) => Buffer.from(part, 'base64'))
  if (!iv || !encrypted || !signature || iv.length !== 16) return null
  const expected = sign(secret, encrypted)
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) return null
  const decipher = createDecipheriv('aes-256-cbc', secret, iv)
  return Buffer.concat([decipher.update(encrypted), decipher.final()]).toString('utf8')
}

const sign = (key: Buffer, encrypted: Buffer): Buffer => createHmac('sha256', key).update(encrypted).digest()

function keyOf(base64: string): Buffer {
  const key = Buffer.from(base64, 'base64')
  if (key.length !== 32) throw new Error('An encryption key of ODS/API is base64 of 32 bytes.')
  return key
}
