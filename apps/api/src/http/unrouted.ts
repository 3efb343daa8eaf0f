import { Failure } from '@edfi-tenants/core'
import type { Operation } from '@edfi-tenants/contract'
import type { Request } from 'express'

/** What comes after all routes: 405 with `Allow` where the address exists for another method, else 404. */
export function unrouted(operations: readonly Operation[]) {
  const known = operations.map(({ path, method }) => ({
    method: method.toUpperCase(),
    pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}/?$`, 'i'),
  }))
  return (request: Request): void => {
    const methods = known.filter(({ pattern }) => pattern.test(request.path)).map(({ method }) => method)
    if (methods.length === 0) throw new Failure('not_found', 'There is nothing at this address.')
    const allow = [...new Set([...methods, ...(methods.includes('GET') ? ['HEAD'] : [])])].sort().join(', ')
    throw new Failure('method_not_allowed', `This address takes ${allow}.`, {
      extensions: { headers: { Allow: allow } },
    })
  }
}
