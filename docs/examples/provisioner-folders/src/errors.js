import { Failure, isFailure } from '@edfi-tenants/core'

/** Codes of the system, and what they mean here: the code, a sentence, and whether repeating may help. */
const translations = /** @type {const} */ ({
  ENOSPC: ['server_full', 'There is no room on the disk (ENOSPC).', true],
  EDQUOT: ['server_full', 'The quota of the disk is used up (EDQUOT).', true],
  EMFILE: ['server_full', 'Too many files are open (EMFILE).', true],
  EACCES: ['insufficient_privilege', 'The worker may not write or read there (EACCES).', false],
  EPERM: ['insufficient_privilege', 'The worker may not do this there (EPERM).', false],
  EROFS: ['insufficient_privilege', 'The file system is read-only (EROFS).', false],
  EIO: ['server_unreachable', 'The disk does not answer (EIO).', true],
  ESTALE: ['server_unreachable', 'The network file system has gone away (ESTALE).', true],
})

/** The code that the system gave an error; undefined for anything else. @param {unknown} error */
export const codeOf = (error) => /** @type {{ code?: string } | undefined} */ (error)?.code

/** A failure instead of whatever was thrown: paths and contents stay in the cause. @param {unknown} error */
export function translate(error) {
  if (isFailure(error)) return error
  const code = codeOf(error) ?? ''
  if (Object.hasOwn(translations, code)) {
    const [failure, detail, retryable] = translations[/** @type {keyof typeof translations} */ (code)]
    return new Failure(failure, detail, { retryable, cause: error })
  }
  return new Failure('database_error', `The file system reported ${code || 'an error'}.`, { cause: error })
}

/** Throws `job_cancelled` once the signal has aborted. @param {AbortSignal} signal */
export function assertNotStopped(signal) {
  if (signal.aborted) throw new Failure('job_cancelled', 'The operation was stopped.')
}

/**
 * What a promise gives, unless the signal aborts before.
 * @template Value
 * @param {Promise<Value>} promise
 * @param {AbortSignal} signal
 * @returns {Promise<Value>}
 */
export async function unlessStopped(promise, signal) {
  assertNotStopped(signal)
  /** @type {() => void} */
  let stop = () => undefined
  const stopped = new Promise((_, reject) => {
    stop = () => reject(new Failure('job_cancelled', 'The operation was stopped.'))
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return /** @type {Value} */ (await Promise.race([promise, stopped]))
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
