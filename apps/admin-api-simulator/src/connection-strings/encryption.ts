import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { unexpected } from '../http/errors.js'

/** `dbo.OdsInstances.ConnectionString` holds so many characters, counted after encryption. */
const columnWidth = 1500

/**
 * Encrypts as ODS/API expects it: base64 of IV, ciphertext and HMAC-SHA256 of the ciphertext, joined by `|`;
 * AES-256-CBC with the same key as the HMAC.
 * @throws ApiFailure 500 when the key is not base64 of 32 bytes or the result does not fit the column.
 */
export function encryptConnectionString(plain: string, base64Key: string): string {
  const key = Buffer.from(base64Key, 'base64')
  if (key.length !== 32) throw unexpected()
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-256-cbc', key, iv)
  const encrypted = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
  const hmac = createHmac('sha256', key).update(encrypted).digest()
  const stored = [iv, encrypted, hmac].map((part) => part.toString('base64')).join('|')
  if (stored.length > columnWidth) throw unexpected()
  return stored
}

/** The plain text of a stored connection string; null when it was not encrypted with this key. */
export function decryptConnectionString(stored: string, base64Key: string): string | null {
  const key = Buffer.from(base64Key, 'base64')
  const [iv, encrypted, hmac, ...rest] = stored.split('|').map((part) => Buffer.from(part, 'base64'))
  if (!iv || !encrypted || !hmac || rest.length > 0 || key.length !== 32) return null
  const expected = createHmac('sha256', key).update(encrypted).digest()
  if (hmac.length !== expected.length || !timingSafeEqual(hmac, expected)) return null
  const decipher = createDecipheriv('aes-256-cbc', key, iv)
  return Buffer.concat([decipher.update(encrypted), decipher.final()]).toString('utf8')
}
