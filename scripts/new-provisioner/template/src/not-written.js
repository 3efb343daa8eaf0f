import { Failure } from '@edfi-tenants/core'

/**
 * What is not written yet: fails with `not_supported`, and says what has to be done. Gone when you are done.
 * @param {string} what
 * @param {string} guidance
 */
export const notWritten = (what, guidance) =>
  new Failure('not_supported', `${what} is not written yet (not_supported): ${guidance}`)
