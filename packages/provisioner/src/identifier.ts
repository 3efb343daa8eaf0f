import { Failure } from '@edfi-tenants/core'

/**
 * Refuses what cannot be the name of a database or login on any engine: empty, longer than `maxBytes` (UTF-8; PostgreSQL
 * would cut it silently), or with control characters. Quoting is the engine's business and always needed besides.
 */
export function assertIdentifier(name: string, maxBytes: number): void {
  if (name === '' || Buffer.byteLength(name) > maxBytes || /[\u0000-\u001f\u007f]/.test(name))
    throw new Failure(
      'validation_failed',
      `Not usable as a name on the database server (at most ${maxBytes} bytes, no control characters).`,
    )
}
