import { resourceName, tenantName, uuid } from '../fields.js'
import { closed } from '../schema.js'

/** `{id}` in a path, a UUID. */
export const byId = closed({ id: uuid() })

/** `{name}` in a path: of an environment or database server. */
export const byName = closed({ name: resourceName() })

/** `{name}` in a path: of a tenant. */
export const byTenantName = closed({ name: tenantName() })

/** Headers of every 202. */
export const acceptedHeaders = ['Location', 'Retry-After'] as const
