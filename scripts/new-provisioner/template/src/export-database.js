import { notWritten } from './not-written.js'

/**
 * None yet, so nothing asks for an export. Name a format once `exportDatabase` writes it and `createDatabase` reads it.
 * @type {import('@edfi-tenants/provisioner').Provisioner['exportFormats']}
 */
export const exportFormats = () => Promise.resolve([])

/** @type {import('@edfi-tenants/provisioner').Provisioner['exportDatabase']} */
export const exportDatabase = () =>
  Promise.reject(
    notWritten('exportDatabase', 'give a consistent copy to `write`, chunk by chunk, waiting for each, and name it.'),
  )
