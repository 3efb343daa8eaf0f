import { Failure, isFailure } from '@edfi-tenants/core'

/** Codes of the driver or the engine, and what they mean here: the code, a sentence, and whether repeating may help. */
const translations = /** @type {const} */ ({
  ECONNREFUSED: ['server_unreachable', 'No connection could be made (ECONNREFUSED).', true],
  ECONNRESET: ['server_unreachable', 'The connection broke (ECONNRESET).', true],
  ENOTFOUND: ['server_unreachable', 'The host is not known (ENOTFOUND).', true],
  ETIMEDOUT: ['server_unreachable', 'No answer came in time (ETIMEDOUT).', true],
})

/**
 * A failure instead of whatever was thrown. Name the engine's own code; never quote its text, a statement or a password.
 * @param {unknown} error
 */
export function translate(error) {
  if (isFailure(error)) return error
  const code = String(/** @type {{ code?: unknown } | undefined} */ (error)?.code ?? '')
  if (Object.hasOwn(translations, code)) {
    const [failure, detail, retryable] = translations[/** @type {keyof typeof translations} */ (code)]
    return new Failure(failure, detail, { retryable, cause: error })
  }
  return new Failure('database_error', `The database server reported ${code || 'an error'}.`, { cause: error })
}
