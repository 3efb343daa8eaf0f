import { Type, type Static } from '@sinclair/typebox'
import * as field from './fields.js'
import { instanceRequest } from './instances.js'
import { closed, oneOfWords } from './schema.js'

/** `POST /v1/instances/{id}/clone`. The copy has the data of the source, and only those contexts and labels given here. */
export const cloneRequest = closed(
  {
    tenant: Type.Optional(field.tenantName({ description: 'Default: the source’s.' })),
    ...Type.Omit(instanceRequest, ['tenant', 'template']).properties,
    register: Type.Optional(
      Type.Boolean({ default: true, description: 'False: the copy is not registered with Admin API.' }),
    ),
    method: Type.Optional(
      oneOfWords(['dump', 'template'], {
        description:
          '`dump`: exported while the source is in use, also onto another server. `template`: copied by the server itself, which needs a source that nobody is on. Default: `dump` where the worker can, otherwise `template`.',
      }),
    ),
    allowDowntime: Type.Optional(
      Type.Boolean({ default: false, description: 'Whether sessions on the source may be ended for `template`.' }),
    ),
  },
  { title: 'CloneRequest' },
)
export type CloneRequest = Static<typeof cloneRequest>
