import { Type, type Static } from '@sinclair/typebox'
import { resourceName } from './fields.js'
import { closed } from './schema.js'

/** `POST /v1/tenants/{name}/provision`. */
export const tenantProvisionRequest = closed(
  {
    server: resourceName({ description: 'The database server to make them on.' }),
    adminTemplate: Type.Optional(
      resourceName({ description: 'The server’s template that EdFi_Admin is copied from; default `admin`.' }),
    ),
    securityTemplate: Type.Optional(
      resourceName({ description: 'The server’s template that EdFi_Security is copied from; default `security`.' }),
    ),
  },
  { title: 'TenantProvisionRequest' },
)
export type TenantProvisionRequest = Static<typeof tenantProvisionRequest>
