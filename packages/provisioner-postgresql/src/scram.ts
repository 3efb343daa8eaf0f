import { createHash, createHmac, pbkdf2 as pbkdf2Callback, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { Failure } from '@edfi-tenants/core'

const pbkdf2 = promisify(pbkdf2Callback)
const iterations = 4096

/**
 * What PostgreSQL stores of a password (https://www.postgresql.org/docs/current/catalog-pg-authid.html). Made here, so
 * that the password itself is in no statement and in no log of the server. Passwords are printable ASCII: others would
 * need SASLprep, which drivers do differently.
 */
export async function scramVerifier(password: string, salt: Buffer = randomBytes(16)): Promise<string> {
  if (!/^[\x20-\x7e]+$/.test(password))
    throw new Failure('validation_failed', 'The password of an instance’s own login must be printable ASCII.')
  const salted = await pbkdf2(password, salt, iterations, 32, 'sha256')
  const hmac = (text: string) => createHmac('sha256', salted).update(text).digest()
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64')
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${hmac('Server Key').toString('base64')}`
}
