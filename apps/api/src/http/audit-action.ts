import type { Operation } from '@edfi-tenants/contract'

/** The word for an operation in audit events: `createDatabaseServer` → `server.create`. */
export function auditAction(operation: Pick<Operation, 'id'>): string {
  const [verb = '', ...noun] = operation.id
    .replace('DatabaseServer', 'Server')
    .split(/(?=[A-Z])/)
    .map((word) => word.toLowerCase())
  return `${noun.join('-')}.${verb}`
}
